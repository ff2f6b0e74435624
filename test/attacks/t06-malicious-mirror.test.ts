import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';
import type { ErrorCode } from '../../src/errors/index.js';
import { layout } from '../../src/model/index-layout.js';
import type { Version } from '../../src/model/version.js';
import type { Machine } from '../kit/machine.js';
import { threat } from '../kit/threat.js';
import { flipped, thief } from './forgeries.js';
import { unsigned, type Because } from './because.js';
import { Stage } from './stage.js';

const update = ['update'] as const;

/** Still a checkpoint, so that its signature is what tells. */
function laterExpiry(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString();
  const later = text.replace(/"expires": "2027/, '"expires": "2029');
  assert.notEqual(later, text);
  return Buffer.from(later);
}

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
  async function refusesMirror(code: ErrorCode, because: Because, mirror: string, victim: Machine) {
    return stage.refuses(code, because, update, {
      victim,
      recover: () => {
        cpSync(stage.registry.folder, mirror, { recursive: true });
        return Promise.resolve();
      },
    });
  }

  it('one that rewinds and signs anew, with the key of the checkpoints', async () => {
    const mirror = await mirrorAfter(() => stage.registry.fork(1));
    await refusesMirror(
      'INDEX_ROLLBACK',
      /from sequence 3 to 2/,
      mirror,
      readingFrom(stage.victim(), nowhere(), mirror),
    );
  });

  it('one that rewinds, beside a source that only lags: that one is passed over', async () => {
    const lagging = await mirrorAfter(() => stage.registry.rewindTo(2));
    const rewound = await mirrorAfter(() => stage.registry.fork(2));
    const victim = readingFrom(stage.victim(), lagging, rewound);
    const { stderr } = await refusesMirror(
      'INDEX_EQUIVOCATION',
      /two different heads with sequence 3/,
      rewound,
      victim,
    );
    assert.match(stderr, /lags behind/);
  });

  it('one that writes down an earlier checkpoint: a bad mirror, and no proof against the owner', async () => {
    await stage.registry.rewindTo(1);
    const mirror = await mirrorAfter(() => stage.registry.forge(new Map(), { signers: [] }));
    await stage.registry.fastForward(600);
    const victim = readingFrom(stage.newcomer(), stage.registry.folder);
    await victim.run('registry', 'sync').succeeds();
    readingFrom(victim, nowhere(), mirror);
    await refusesMirror('CHECKPOINT_INVALID', unsigned('the checkpoint role'), mirror, victim);
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

  for (const [what, file, change, code, because] of [
    [
      'the checkpoint',
      layout.checkpoint,
      laterExpiry,
      'CHECKPOINT_INVALID',
      { role: 'the checkpoint role', problems: /did not sign these bytes/ },
    ],
    [
      'the sums',
      'plugins/bo/bob/SHA256SUMS',
      flipped,
      'INDEX_TAMPERED',
      /plugins\/bo\/bob\/SHA256SUMS .* is not what the signed index lists/,
    ],
    [
      'a plugin document',
      layout.document('bob/base' as never),
      flipped,
      'INDEX_TAMPERED',
      /plugins\/bo\/bob\/base\.json .* is not what the signed index lists/,
    ],
    [
      'an artifact',
      layout.artifact('bob/base' as never, '1.0.0' as Version),
      flipped,
      'ARTIFACT_MISMATCH',
      /its digest is sha512-\S+, the index says sha512-/,
    ],
  ] as const) {
    it(`one that changes ${what}`, async () => {
      const mirror = await mirrorAfter(() => stage.registry.tamper(file, change));
      const victim = readingFrom(stage.victim(), nowhere(), mirror);
      await stage.refuses(code, because, ['add', 'bob/base'], {
        victim,
        moves: code === 'ARTIFACT_MISMATCH' ? ['trust/plugins/bob--base', 'trust/publishers/bob'] : [],
        recover: () => {
          cpSync(stage.registry.folder, mirror, { recursive: true });
          return Promise.resolve();
        },
      });
    });
  }

  it('one with a checkpoint of its own', async () => {
    const mirror = await mirrorAfter(() => stage.registry.forge(new Map(), { signers: [thief] }));
    await refusesMirror(
      'CHECKPOINT_INVALID',
      unsigned('the checkpoint role'),
      mirror,
      readingFrom(stage.victim(), nowhere(), mirror),
    );
  });

  it('one that holds back a file', async () => {
    const file = layout.document('bob/base' as never);
    const mirror = await mirrorAfter(() => stage.registry.tamper(file, () => null));
    const victim = readingFrom(stage.victim(), nowhere(), mirror);
    await stage.refuses(
      'INDEX_TAMPERED',
      /plugins\/bo\/bob\/base\.json .*: expected sha256 \w+, found no such file/,
      ['add', 'bob/base'],
      {
        victim,
        recover: () => {
          cpSync(stage.registry.folder, mirror, { recursive: true });
          return Promise.resolve();
        },
      },
    );
  });

  it('one of another registry, on a machine that begins now', async () => {
    const other = await stage.anotherRegistry();
    const victim = readingFrom(stage.newcomer(), nowhere(), other.folder);
    await stage.refuses(
      'REGISTRY_ID_MISMATCH',
      { expected: stage.registry.id, found: other.id },
      ['install', '--frozen'],
      {
        victim,
        recover: () => {
          cpSync(stage.registry.folder, other.folder, { recursive: true, force: true });
          return Promise.resolve();
        },
      },
    );
  });
});
