import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { layout } from '../../src/model/index-layout.js';
import type { Version } from '../../src/model/version.js';
import type { Machine } from '../kit/machine.js';
import { threat } from '../kit/threat.js';
import { flipped, thief } from './forgeries.js';
import { Stage } from './stage.js';

const update = ['update'] as const;

threat('T6', 'Malicious mirror', () => {
  const stage = new Stage();
  const nowhere = () => path.join(stage.world.base, 'static', 'nowhere');
  let mirrors = 0;

  /** A mirror with what the registry shows after `attack`; the registry itself is as it was. */
  async function mirrorAfter(attack: () => Promise<unknown>): Promise<string> {
    const honest = await stage.registry.mark();
    await attack();
    mirrors += 1;
    const folder = path.join(stage.world.base, 'static', `mirror-${mirrors}`);
    cpSync(stage.registry.folder, folder, { recursive: true });
    await honest();
    return folder;
  }

  function readingFrom(machine: Machine, url: string, ...mirrors: readonly string[]): Machine {
    const project = JSON.parse(machine.read('udos.json')) as { registries: { main: object } };
    project.registries.main = { ...project.registries.main, url, mirrors };
    machine.write('udos.json', JSON.stringify(project));
    return machine;
  }

  /** Refused while the mirror is what it is; honest again, the same command succeeds. */
  async function refusesMirror(code: Parameters<Stage['refuses']>[0], mirror: string, victim: Machine) {
    return stage.refuses(code, update, {
      victim,
      recover: () => {
        cpSync(stage.registry.folder, mirror, { recursive: true });
        return Promise.resolve();
      },
    });
  }

  it('one that rewinds and signs anew, with the key of the checkpoints', async () => {
    const mirror = await mirrorAfter(() => stage.registry.fork(1));
    await refusesMirror('INDEX_ROLLBACK', mirror, readingFrom(stage.victim(), nowhere(), mirror));
  });

  it('one that rewinds, beside a source that only lags: that one is passed over', async () => {
    const lagging = await mirrorAfter(() => stage.registry.rewindTo(2));
    const rewound = await mirrorAfter(() => stage.registry.fork(2));
    const victim = readingFrom(stage.victim(), lagging, rewound);
    const { stderr } = await refusesMirror('INDEX_EQUIVOCATION', rewound, victim);
    assert.match(stderr, /lags behind/);
  });

  it('one that writes down an earlier checkpoint: a bad mirror, and no proof against the owner', async () => {
    await stage.registry.rewindTo(1);
    const mirror = await mirrorAfter(() => stage.registry.forge(new Map(), { signers: [] }));
    await stage.registry.fastForward(600);
    const victim = readingFrom(stage.newcomer(), stage.registry.folder);
    await victim.run('registry', 'sync').succeeds();
    readingFrom(victim, nowhere(), mirror);
    await refusesMirror('CHECKPOINT_INVALID', mirror, victim);
    const { evidence } = await victim.json<{ evidence: string[] }>('registry', 'show', 'main', '--offline');
    assert.deepEqual(evidence, []);
  });

  it('nothing in a mirror that lags: the newest source wins, with a warning', async () => {
    const lagging = await mirrorAfter(() => stage.registry.rewindTo(2));
    const victim = readingFrom(stage.victim(), lagging, stage.registry.folder);
    const { stderr } = await victim.run(...update).succeeds();
    assert.match(stderr, /lags behind/);
    assert.match(victim.read('udos-lock.json'), /"version": "1\.1\.0"/);
  });

  for (const [what, file, code] of [
    ['the checkpoint', layout.checkpoint, 'CHECKPOINT_INVALID'],
    ['the sums', 'plugins/bo/bob/SHA256SUMS', 'INDEX_TAMPERED'],
    ['a plugin document', layout.document('bob/base' as never), 'INDEX_TAMPERED'],
    ['an artifact', layout.artifact('bob/base' as never, '1.0.0' as Version), 'ARTIFACT_MISMATCH'],
  ] as const) {
    it(`one that changes ${what}`, async () => {
      const mirror = await mirrorAfter(() => stage.registry.tamper(file, flipped));
      const victim = readingFrom(stage.victim(), nowhere(), mirror);
      await stage.refuses(code, ['add', 'bob/base'], {
        victim,
        moves: code === 'ARTIFACT_MISMATCH' ? ['trust'] : [],
        recover: () => {
          cpSync(stage.registry.folder, mirror, { recursive: true });
          return Promise.resolve();
        },
      });
    });
  }

  it('one with a checkpoint of its own', async () => {
    const mirror = await mirrorAfter(() => stage.registry.forge(new Map(), { signers: [thief] }));
    await refusesMirror('CHECKPOINT_INVALID', mirror, readingFrom(stage.victim(), nowhere(), mirror));
  });

  it('one that holds back a file', async () => {
    const file = layout.document('bob/base' as never);
    const mirror = await mirrorAfter(() => stage.registry.tamper(file, () => null));
    const victim = readingFrom(stage.victim(), nowhere(), mirror);
    const { stderr } = await stage.refuses('INDEX_TAMPERED', ['add', 'bob/base'], {
      victim,
      recover: () => {
        cpSync(stage.registry.folder, mirror, { recursive: true });
        return Promise.resolve();
      },
    });
    assert.match(stderr, /expected sha256 \w+, found no such file/);
  });

  it('one of another registry, on a machine that begins now', async () => {
    const other = await stage.anotherRegistry();
    const victim = readingFrom(stage.newcomer(), nowhere(), other.folder);
    await stage.refuses('REGISTRY_ID_MISMATCH', ['install', '--frozen'], {
      victim,
      recover: () => {
        cpSync(stage.registry.folder, other.folder, { recursive: true, force: true });
        return Promise.resolve();
      },
    });
  });
});
