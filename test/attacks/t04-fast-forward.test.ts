import assert from 'node:assert/strict';
import type { Root } from '../../src/model/formats/index.js';
import { layout } from '../../src/model/index-layout.js';
import type { Sha256 } from '../../src/model/names.js';
import { sha256Hex } from '../../src/primitives/crypto/index.js';
import { testKey } from '../kit/keys.js';
import type { TestRegistry } from '../kit/test-registry.js';
import { threat } from '../kit/threat.js';
import { Stage } from './stage.js';

const newKey = testKey('the next checkpoint key');
const update = ['update'] as const;

threat('T4', 'Fast-forward', () => {
  const stage = new Stage();
  const replaced = async () => {
    const { root } = stage.registry.keys;
    await stage.registry.nextRoot((document) => withCheckpointKey(document), [root]);
    await stage.registry.checkpoint({ signer: newKey });
  };

  for (const [sequence, because] of [
    [5, /chunk 1 of the log holds 3 lines, not 4/],
    [2 ** 20, /the log has no chunk 2 of 4096/],
  ] as const) {
    it(`a jump to sequence ${sequence} without a log that leads there`, async () => {
      await stage.registry.forge(new Map(), { checkpoint: (document) => ({ ...document, sequence }) });
      await stage.refuses('INDEX_FORK', because, update);
    });
  }

  for (const [sequence, because] of [
    [2 ** 20 + 1, /"sequence": Too big: expected number to be <=1048576/],
    [Number.MAX_SAFE_INTEGER, /"sequence": Too big: expected number to be <=1048576/],
    [2 ** 53, /the number 9007199254740992 at \d+, not a plain safe integer/],
  ] as const) {
    it(`a jump to sequence ${sequence}, which is more than a client could remember`, async () => {
      await stage.registry.forge(new Map(), { checkpoint: (document) => ({ ...document, sequence }) });
      await stage.refuses('CHECKPOINT_INVALID', { problem: because }, update);
    });
  }

  it('a jump as far as it can, with a log of nothing: whoever believed it is mended by another key', async () => {
    const honest = await stage.registry.mark();
    const chunks = Array.from({ length: 4096 }, (_, at) => at + 1);
    const line = (n: number) => `${n} ${sha256Hex(Buffer.from(String(n)))}`;
    const first = await linesSoFar(stage.registry);
    const chunk = (k: number) =>
      Array.from(
        { length: k === 4096 ? 255 : 256 },
        (_, at) => first[(k - 1) * 256 + at] ?? line((k - 1) * 256 + at + 1),
      )
        .map((text) => `${text}\n`)
        .join('');
    const log = chunks.map(
      (k) => [layout.logChunk(k), Buffer.from(k === 1 || k === 4096 ? chunk(k) : 'x')] as const,
    );
    const previous = chunk(4096).trimEnd().split(' ').at(-1) as Sha256;
    await stage.registry.forge(new Map(log), {
      checkpoint: (document) => ({ ...document, sequence: 2 ** 20, previous }),
    });
    const victim = stage.victim();
    await victim.run('registry', 'sync').succeeds();
    await victim.run('registry', 'show', 'main').succeeds();
    await honest();
    await stage.registry.checkpoint();
    await stage.refuses('INDEX_ROLLBACK', { known: /"sequence":1048576/, found: /"sequence":4,/ }, update, {
      victim,
      recover: replaced,
    });
  });

  it('a jump with a log that is made up, once the owner replaced the key of the thief', async () => {
    const honest = await stage.registry.mark();
    await stage.registry.fastForward(700);
    const victim = stage.victim();
    await victim.run('registry', 'sync').succeeds();
    await honest();
    // The thief's head stands for now: nothing tells it from one of the owner's.
    await stage.registry.checkpoint();
    await stage.refuses('INDEX_ROLLBACK', /from sequence 700 to 4/, update, { victim, recover: replaced });
    const { evidence, resets, checkpoint } = await victim.json<{
      evidence: string[];
      resets: { root: number; sequence: number }[];
      checkpoint: { sequence: number };
    }>('registry', 'show', 'main');
    assert.equal(checkpoint.sequence, 5);
    assert.deepEqual(
      resets.map(({ root, sequence }) => [root, sequence]),
      [[2, 700]],
    );
    assert.ok(evidence.every((name) => name.endsWith('-rollback')));
    assert.match((await victim.run('registry', 'show', 'main').succeeds()).stdout, /Root 2 took a key/);
  });

  function withCheckpointKey(root: Root): Root {
    return {
      ...root,
      keys: { ...root.keys, [newKey.fingerprint]: newKey.encoded },
      roles: { ...root.roles, checkpoint: { keys: [newKey.fingerprint], threshold: 1 } },
    };
  }
});

/** Lines 1 to the served head's own. */
async function linesSoFar(registry: TestRegistry): Promise<string[]> {
  const { sequence } = await registry.currentCheckpoint();
  const head = sha256Hex(await registry.bytes(layout.checkpoint, registry.published));
  const log = Buffer.from(await registry.bytes(layout.logChunk(1), registry.published)).toString();
  return [...log.trimEnd().split('\n'), `${sequence} ${head}`];
}
