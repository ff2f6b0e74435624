import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { layout } from '../../../src/model/index-layout.js';
import type { Sha256 } from '../../../src/model/names.js';
import { sha256Hex } from '../../../src/primitives/crypto/index.js';
import { createGitLocalSource } from '../../../src/registry/index.js';
import { createDiskTrustStore } from '../../../src/registry/trust/disk-trust-store.js';
import { readEvidence } from '../../../src/registry/trust/evidence.js';
import { chunkOf, formatChunk, parseChunk } from '../../../src/registry/trust/log.js';
import { Client, refusalOf, treeSource } from '../../kit/client.js';
import { registryWorld } from './world.js';

const hashOf = (text: string | number) => createHash('sha256').update(String(text)).digest('hex') as Sha256;
const hashes = (count: number) => Array.from({ length: count }, (_, index) => hashOf(index + 1));

describe('check 7: the log continues', () => {
  const world = registryWorld();

  const moveOn = async (times: number) => {
    for (let time = 0; time < times; time += 1) {
      world.clock.advanceDays(1);
      await world.registry.checkpoint();
    }
  };
  const chunk = async (number = 1) =>
    Buffer.from(await world.registry.bytes(layout.logChunk(number), world.registry.published)).toString();
  const forgeLog = (text: string) => world.registry.forge(new Map([[layout.logChunk(1), Buffer.from(text)]]));
  const refused = async () => {
    const error = await world.client.refuses('INDEX_FORK', () => world.client.sync());
    world.client.assertKeptBothHeads(error, 'fork');
    return error;
  };

  it('accepts the next head, and one after many that it has not seen', async () => {
    await world.client.sync();
    await moveOn(1);
    assert.equal((await world.client.sync()).sequence, 2);
    await moveOn(3);
    assert.equal((await world.client.sync()).sequence, 5);
  });

  it('refuses a log that lost its last line', async () => {
    await moveOn(2);
    await world.client.sync();
    await forgeLog(await chunk());
    await refused();
  });

  it('refuses a log that has another line for the head that was seen', async () => {
    await moveOn(1);
    await world.client.sync();
    const { sha256 } = (await world.client.trusted()).head as { sha256: string };
    await moveOn(1);
    const rewritten = `${(await chunk()).replace(sha256, hashOf('another'))}3 ${hashOf(3)}\n`;
    await world.registry.forge(new Map([[layout.logChunk(1), Buffer.from(rewritten)]]), {
      checkpoint: (document) => ({ ...document, previous: hashOf(3) }),
    });
    const error = await refused();
    assert.deepEqual([error.data.expected, error.data.sequence], [sha256, 2]);
  });

  it('refuses a log in which a line before the head that was seen changed', async () => {
    await moveOn(2);
    await world.client.sync();
    await moveOn(1);
    const lines = (await chunk()).split('\n');
    const rewritten = [`1 ${hashOf('rewritten')}`, ...lines.slice(1, -1), `4 ${hashOf(4)}`, ''].join('\n');
    await world.registry.forge(new Map([[layout.logChunk(1), Buffer.from(rewritten)]]), {
      checkpoint: (document) => ({ ...document, previous: hashOf(4) }),
    });
    const error = await refused();
    assert.equal(error.data.sequence, 1);
  });

  it('refuses a fork of the history, however long it has become', async () => {
    await moveOn(1);
    await world.client.sync();
    await world.registry.rewindTo(1);
    world.clock.advanceDays(5);
    await world.registry.forge(new Map());
    await world.registry.forge(new Map());
    const error = await refused();
    const { sha256 } = (await world.client.trusted()).head as { sha256: string };
    assert.equal(error.data.known, sha256);
    assert.notEqual(error.data.found, sha256);
  });

  it("refuses a log that does not end in the checkpoint's previous", async () => {
    await moveOn(1);
    await world.client.sync();
    await world.registry.forge(new Map(), {
      checkpoint: (document) => ({ ...document, previous: hashOf('another') }),
    });
    await refused();
  });

  it('refuses a log with a line too many', async () => {
    await world.client.sync();
    await forgeLog(`1 ${hashOf('a')}\n2 ${hashOf('b')}\n`);
    await refused();
  });

  describe('over more than one file', () => {
    /** Goes on at once as if there had been so many checkpoints before. */
    const jumpTo = async (sequence: number, known = hashes(sequence - 1)) => {
      const files = new Map<string, Uint8Array>();
      for (let first = 0; first < known.length; first += 256) {
        const text = formatChunk(first + 1, known.slice(first, first + 256));
        files.set(layout.logChunk(chunkOf(first + 1)), Buffer.from(text));
      }
      await world.registry.forge(files, {
        checkpoint: (document) => ({ ...document, sequence, previous: known.at(-1) ?? null }),
      });
    };
    /** As {@link jumpTo}, from a head that is on its line. */
    const goOnTo = async (sequence: number, change: (lines: Sha256[]) => Sha256[] = (lines) => lines) => {
      const { head } = await world.client.trusted();
      const seen = head as { sequence: number; sha256: Sha256 };
      const lines = hashes(sequence - 1);
      lines[seen.sequence - 1] = seen.sha256;
      await jumpTo(sequence, change(lines));
    };

    it('begins a new file after 256 lines, and honest clients follow', async () => {
      await jumpTo(256);
      await world.client.sync();
      await moveOn(1);
      assert.equal((await world.client.sync()).sequence, 257);
      await moveOn(1);
      assert.equal((await world.client.sync()).sequence, 258);
      assert.match(await chunk(2), /^257 [0-9a-f]{64}\n$/);
    });

    it('follows over several closed files', async () => {
      await jumpTo(300);
      await world.client.sync();
      await goOnTo(800);
      assert.equal((await world.client.sync()).sequence, 800);
    });

    describe('and a mirror that is behind a part of it that was never read', () => {
      const source = () => createGitLocalSource(world.registry.repository);
      /** A machine that remembers on a disk, and how often what it kept proves misbehaviour. */
      const lateClient = (name: string) => {
        const folder = world.sandbox.at(name);
        const late = new Client(world.registry, world.clock, createDiskTrustStore(folder));
        const contradictions = async () =>
          (await readEvidence(folder, world.registry.id)).contradictions.length;
        return { late, contradictions };
      };

      it('asks the next source for the log, and passes over the one that lags', async () => {
        const lagging = treeSource(world.registry.published, 'a slow mirror');
        const first = sha256Hex(await world.registry.bytes(layout.checkpoint, world.registry.published));
        await jumpTo(300, [first as Sha256, ...hashes(299).slice(1)]);
        const { late, contradictions } = lateClient('honest');
        await late.sync();
        const error = await late.refuses('INDEX_ROLLBACK', () => late.sync({ sources: [lagging] }));
        assert.match(error.hint ?? '', /far behind looks the same/);
        assert.equal(await contradictions(), 0, 'nobody knows yet');

        assert.equal((await late.sync({ sources: [lagging, source()] })).sequence, 300);
        assert.match(late.warnings.join(), /a slow mirror lags/);
        assert.equal(await contradictions(), 0, 'it was honest');
      });

      it('counts what nobody could place as proof only once the log has another head there', async () => {
        const rewound = treeSource(world.registry.published, 'a rewound mirror');
        await jumpTo(300);
        const { late, contradictions } = lateClient('rewound');
        await late.sync();
        await late.refuses('INDEX_ROLLBACK', () => late.sync({ sources: [rewound] }));
        assert.equal(await contradictions(), 0);

        await late.refuses('INDEX_ROLLBACK', () => late.sync({ sources: [rewound, source()] }));
        assert.equal(await contradictions(), 2);
      });

      it('refuses one that the log does not know, though the next source is honest', async () => {
        const rewound = treeSource(world.registry.published, 'a rewound mirror');
        await jumpTo(300);
        const late = world.newClient();
        await late.sync();
        const error = await late.refuses('INDEX_ROLLBACK', () => late.sync({ sources: [rewound, source()] }));
        late.assertKeptBothHeads(error, 'rollback');
      });
    });

    it('refuses a closed file that changed', async () => {
      await jumpTo(300);
      await world.client.sync();
      await goOnTo(800, (lines) => lines.with(9, hashOf('rewritten')));
      await refused();
    });

    it('refuses a log without one of its files, and one with a file too many', async () => {
      await jumpTo(300);
      await world.client.sync();
      await moveOn(1);
      await world.registry.forge(
        new Map<string, Uint8Array | null>([
          [layout.logChunk(1), null],
          [layout.logChunk(2), Buffer.from(await chunk(2))],
        ]),
      );
      await refused();
      await world.registry.rewindTo(2);
      const next = await chunk(2);
      await world.registry.forge(
        new Map([
          [layout.logChunk(1), Buffer.from(await chunk(1))],
          [layout.logChunk(2), Buffer.from(next)],
          [layout.logChunk(3), Buffer.from(`513 ${hashOf('x')}\n`)],
        ]),
      );
      await refused();
    });
  });
});

describe('the lines of a log', () => {
  const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
  const lines = fc.array(hash, { maxLength: 256 }) as fc.Arbitrary<Sha256[]>;

  it('read back as they were written', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 1000 }), (known, number) => {
        const first = (number - 1) * 256 + 1;
        const bytes = Buffer.from(formatChunk(first, known));
        const parsed = parseChunk(bytes, number, first + known.length - 1);
        assert.deepEqual([...parsed.values()], known);
        assert.deepEqual(
          [...parsed.keys()],
          known.map((_, index) => first + index),
        );
        assert.ok([...parsed.keys()].every((line) => chunkOf(line) === number));
      }),
      { numRuns: 30 },
    );
  });

  it('refuse every change of a character but between two honest hashes', async () => {
    const text = formatChunk(1, hashes(3));
    const spoilt = [
      text.slice(0, -1),
      text.slice(1),
      `${text}4 ${hashOf(4)}\n`,
      text.replace('2 ', '02 '),
      text.replace('2 ', '3 '),
      text.replace(' ', '  '),
      text.replace('\n', '\r\n'),
      text.replace('\n', '\n\n'),
      text.replace(/[a-f]/, (letter) => letter.toUpperCase()),
      `${text} `,
      '',
    ];
    for (const one of spoilt) {
      await refusalOf('INDEX_FORK', async () => Promise.resolve(parseChunk(Buffer.from(one), 1, 3)));
    }
  });
});
