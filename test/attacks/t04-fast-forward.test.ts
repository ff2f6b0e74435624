import assert from 'node:assert/strict';
import type { Root } from '../../src/model/formats/index.js';
import { threat } from '../kit/threat.js';
import { testKey } from '../kit/keys.js';
import { Stage } from './stage.js';

const newKey = testKey('the next checkpoint key');
const update = ['update'] as const;

threat('T4', 'Fast-forward', () => {
  const stage = new Stage();

  for (const sequence of [5, 1_000_000_000, Number.MAX_SAFE_INTEGER]) {
    it(`a jump to sequence ${sequence} without a log that leads there`, async () => {
      await stage.registry.forge(new Map(), { checkpoint: (document) => ({ ...document, sequence }) });
      await stage.refuses('INDEX_FORK', update);
    });
  }

  it('a sequence that no number can follow', async () => {
    await stage.registry.forge(new Map(), {
      checkpoint: (document) => ({ ...document, sequence: 2 ** 53 }),
    });
    await stage.refuses('CHECKPOINT_INVALID', update);
  });

  it('a jump with a log that is made up, once the owner replaced the key of the thief', async () => {
    const honest = await stage.registry.mark();
    await stage.registry.fastForward(700);
    const victim = stage.victim();
    await victim.run('registry', 'sync').succeeds();
    await honest();
    // The thief's head stands for now: nothing tells it from one of the owner's.
    const replaced = async () => {
      const { root } = stage.registry.keys;
      await stage.registry.nextRoot((document) => withCheckpointKey(document), [root]);
      await stage.registry.checkpoint({ signer: newKey });
    };
    await stage.registry.checkpoint();
    const { stderr } = await stage.refuses('INDEX_ROLLBACK', update, { victim, recover: replaced });
    assert.match(stderr, /from sequence 700 to 4/);
    const { evidence, checkpoint } = await victim.json<{
      evidence: string[];
      checkpoint: { sequence: number };
    }>('registry', 'show', 'main');
    assert.equal(checkpoint.sequence, 5);
    assert.ok(evidence.some((name) => name.endsWith('-reset')));
  });

  function withCheckpointKey(root: Root): Root {
    return {
      ...root,
      keys: { ...root.keys, [newKey.fingerprint]: newKey.encoded },
      roles: { ...root.roles, checkpoint: { keys: [newKey.fingerprint], threshold: 1 } },
    };
  }
});
