import assert from 'node:assert/strict';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { layout } from '../../src/model/index-layout.js';
import type { PluginName, Sha256 } from '../../src/model/names.js';
import type { IndexTree } from '../../src/registry/index.js';
import { sourceKinds } from '../kit/scenario.js';
import { threat } from '../kit/threat.js';
import { notes } from './forgeries.js';
import { aHead, aRoot, Stage } from './stage.js';

const update = ['update'] as const;
const lists = 'ada/lists' as PluginName;

threat('T7', 'Mix-and-match', () => {
  const stage = new Stage({ kinds: sourceKinds });
  /** Checkpoint 4 has a new document, which no machine has read yet. */
  const goOn = (version = '1.2.0') =>
    stage.goOn(async (registry) => {
      await registry.publish(lists, version);
      await registry.publish('ada/notes', version);
    });
  /** The head itself is genuine. */
  const moves = aHead;
  const addLists = ['add', lists] as const;

  for (const kind of sourceKinds) {
    it(`a folder with its sums from an older state, over a ${kind}`, async () => {
      const victim = stage.victim(kind);
      const { recover } = await goOn();
      await stage.registry.mixAndMatch('plugins/ad/ada', 3);
      await stage.refuses(
        'INDEX_TAMPERED',
        /plugins\/ad\/ada\/SHA256SUMS .* is not what the signed index lists: expected sha256 [0-9a-f]{64}, found sha256 [0-9a-f]{64}/,
        update,
        { victim, recover, moves },
      );
    });
  }

  it('one older document, with its signatures', async () => {
    const victim = stage.victim();
    const { recover } = await goOn();
    const old = await stage.registry.withSidecars(
      layout.document(notes),
      await stage.registry.publishedAt(3),
    );
    for (const [file, bytes] of old) await stage.registry.tamper(file, () => bytes);
    await stage.refuses(
      'INDEX_TAMPERED',
      /plugins\/ad\/ada\/notes\.json .* is not what the signed index lists: expected sha256 [0-9a-f]{64}, found sha256 [0-9a-f]{64}/,
      update,
      { victim, recover, moves },
    );
  });

  it('the sums of another head', async () => {
    const victim = stage.victim();
    const { recover } = await goOn();
    const old = await stage.registry.bytes('SHA256SUMS', await stage.registry.publishedAt(3));
    await stage.registry.tamper('SHA256SUMS', () => old);
    await stage.refuses(
      'INDEX_TAMPERED',
      /^SHA256SUMS .* is not what the signed index lists: expected sha256 [0-9a-f]{64}, found sha256 [0-9a-f]{64}/,
      update,
      { victim, recover },
    );
  });

  it('the newest checkpoint over an older tree', async () => {
    const victim = stage.victim();
    const { recover } = await goOn();
    const newest = await stage.registry.withSidecars(layout.checkpoint);
    await stage.registry.rewindTo(3);
    for (const [file, bytes] of newest) await stage.registry.tamper(file, () => bytes);
    await stage.refuses(
      'INDEX_TAMPERED',
      /^SHA256SUMS .* is not what the signed index lists: expected sha256 [0-9a-f]{64}, found sha256 [0-9a-f]{64}/,
      update,
      { victim, recover },
    );
  });

  it('an older checkpoint with the signatures of the newest', async () => {
    const victim = stage.victim();
    const { recover } = await goOn();
    const old = await stage.registry.bytes(layout.checkpoint, await stage.registry.publishedAt(3));
    await stage.registry.tamper(layout.checkpoint, () => Buffer.concat([old, Buffer.from('\n')]));
    await stage.refuses(
      'CHECKPOINT_INVALID',
      { role: 'the checkpoint role', problems: / n=4\\?", not .* n=3\\?"/ },
      update,
      { victim, recover },
    );
  });

  for (const [what, promise, problem] of [
    [
      'others than the revocations',
      { serial: 1, sha256: 'a'.repeat(64) as Sha256 },
      /promises a{64}, found /,
    ],
    ['no revocations', { serial: 0, sha256: null }, /promises none, found /],
    ['another serial of the revocations', { serial: 2 }, /promises serial 2, found 1/],
  ] as const) {
    it(`a head that promises ${what}, over a tree that has them`, async () => {
      const seen = await stage.goOn((registry) => registry.revoke({}, 1));
      await stage.registry.forge(new Map(), {
        checkpoint: (document) => ({ ...document, revocations: { ...document.revocations, ...promise } }),
      });
      await stage.refuses('REVOCATIONS_INVALID', { problem }, update, seen);
    });
  }

  it('a file that no sums list: it does not exist', async () => {
    const victim = stage.victim();
    const { recover } = await goOn();
    const files = await stage.registry.withSidecars(layout.document(lists));
    await recover();
    await stage.registry.rewindTo(3);
    await stage.registry.smuggle(files);
    await stage.refuses('PLUGIN_NOT_FOUND', { plugin: lists }, addLists, { victim, recover });
  });

  describe('an index that moves between two reads over plain HTTP', () => {
    /** Serves the states from `first` on, each from the moment on that the sums of the one before are asked for. */
    const moving = async (first: number) => {
      const { registry, world } = stage;
      const folders: string[] = [];
      for (let sequence = 3; sequence <= registry.sequence; sequence += 1) {
        const folder = path.join(world.base, `state-${sequence}`);
        rmSync(folder, { recursive: true, force: true });
        for (const [file, bytes] of await readAll(await registry.publishedAt(sequence))) {
          mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
          writeFileSync(path.join(folder, file), bytes);
        }
        folders.push(folder);
      }
      const serve = (folder: string) => {
        rmSync(registry.folder, { recursive: true });
        cpSync(folder, registry.folder, { recursive: true });
      };
      const states = folders.slice(first);
      serve(states.shift() ?? '');
      world.staticServer.answerWith((request) => {
        const next = request.path === '/main/SHA256SUMS' ? states.shift() : undefined;
        if (next !== undefined) serve(next);
        return undefined;
      });
    };

    it('once: the command starts over, and all it reads is of one head', async () => {
      await goOn();
      await goOn('1.3.0');
      await moving(1);
      const newcomer = stage.newcomer('static web server');
      await newcomer.run('install', '--frozen').succeeds();
      const shown = await newcomer.json<{ checkpoint: { sequence: number } }>('registry', 'show', 'main');
      assert.equal(shown.checkpoint.sequence, 5);
    });

    it('again and again', async () => {
      await goOn();
      const { recover } = await goOn('1.3.0');
      await moving(0);
      const newcomer = stage.newcomer('static web server');
      await stage.refuses('INDEX_MOVED', /changed while it was read/, ['install', '--frozen'], {
        victim: newcomer,
        moves: aRoot,
        recover,
      });
    });
  });
});

function readAll(tree: IndexTree): Promise<ReadonlyMap<string, Uint8Array>> {
  return tree.read(tree.paths);
}
