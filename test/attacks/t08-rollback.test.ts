import assert from 'node:assert/strict';
import type { PluginDocument, PublisherDocument, Release } from '../../src/model/formats/index.js';
import { layout } from '../../src/model/index-layout.js';
import type { Publisher, Sha256 } from '../../src/model/names.js';
import { sha256Hex } from '../../src/primitives/crypto/index.js';
import { sourceKinds } from '../kit/scenario.js';
import { threat } from '../kit/threat.js';
import { ada, bob, forgeDocument, notes } from './forgeries.js';
import { aHead, aRoot, everything, Stage } from './stage.js';

const update = ['update'] as const;

threat('T8', 'Rollback', () => {
  const stage = new Stage({ kinds: sourceKinds });

  for (const kind of sourceKinds) {
    it(`an index rewound and signed anew, over a ${kind}`, async () => {
      await stage.registry.fork(1);
      await stage.refuses('INDEX_ROLLBACK', /from sequence 3 to 2, which was never seen here/, update, {
        kind,
      });
    });
  }

  it('a whole index served as it was: what was seen counts', async () => {
    await stage.registry.rewindTo(2);
    const victim = stage.victim();
    const { stdout, stderr } = await victim.run('outdated').succeeds();
    assert.match(stderr, /lags behind/);
    assert.match(stdout, /1\.1\.0/);
    victim.expectUnchanged(...everything);
  });

  it('a whole index served as it was, to who asks for the newest: the source is behind, until what is known expires', async () => {
    await stage.registry.rewindTo(2);
    const victim = stage.victim();
    const { stdout, stderr } = await victim.run('registry', 'sync').succeeds();
    assert.match(stderr, /lags behind/);
    assert.match(stdout, /checkpoint 3 stays, its source is behind/);
    assert.match((await victim.run('registry', 'show', 'main').succeeds()).stdout, /checkpoint +3, /);
    stage.world.clock.advanceDays(1000);
    await victim.run('registry', 'sync').failsWith('CHECKPOINT_EXPIRED', /The index of main expired on/);
    victim.expectUnchanged(...everything);
  });

  it('a whole index served as it was, to a machine that only has the lockfile', async () => {
    const victim = stage.victim();
    await victim.run('update').succeeds();
    const newcomer = stage.newcomer();
    newcomer.copyFrom(victim, 'udos.json', 'udos-lock.json');
    await stage.registry.rewindTo(2);
    await stage.refuses(
      'INDEX_ROLLBACK',
      { field: 'sequence', expected: 3, found: 2 },
      ['install', '--frozen'],
      {
        victim: newcomer,
        moves: aRoot,
      },
    );
  });

  it('another head with the sequence that was seen', async () => {
    await stage.registry.fork(2);
    await stage.refuses('INDEX_EQUIVOCATION', /two different heads with sequence 3/, update);
  });

  it('keeps both signed heads of a fork as evidence, and shows them', async () => {
    const victim = stage.victim();
    const seen = sha256Hex(await stage.registry.bytes(layout.checkpoint, stage.registry.published));
    await stage.registry.fork(2);
    await stage.registry.forge(new Map());
    const forked = sha256Hex(await stage.registry.bytes(layout.checkpoint, stage.registry.published));
    await victim.run(...update).failsWith('INDEX_FORK', /does not continue its own history/);
    victim.expectUnchanged(...everything);
    const shown = await victim.json<{ evidence: string[] }>('registry', 'show', 'main', '--offline');
    assert.equal(shown.evidence.length, 1);
    const kept = victim.filesBelow(shown.evidence[0] ?? '');
    const signer = stage.registry.keys.checkpoint.fingerprint.slice(0, 16);
    const expected = [seen, forked].flatMap((hash) => [`${hash}.json`, `${hash}.json.${signer}.minisig`]);
    assert.deepEqual(kept, expected.sort());
  });

  describe('of the log', () => {
    const chunk = layout.logChunk(1);
    const forgeLog = async (change: (lines: string[]) => string[], options = {}) => {
      const { registry } = stage;
      const text = Buffer.from(await registry.bytes(chunk, registry.published)).toString();
      const head = sha256Hex(await registry.bytes(layout.checkpoint, registry.published));
      const lines = [...text.split('\n').slice(0, -1), `${registry.sequence} ${head}`];
      const bytes = Buffer.from(
        change(lines)
          .map((line) => `${line}\n`)
          .join(''),
      );
      await registry.forge(new Map([[chunk, bytes]]), options);
    };

    it('a line taken from its end', async () => {
      await forgeLog((lines) => lines.slice(0, -1));
      await stage.refuses('INDEX_FORK', /chunk 1 of the log holds 2 lines, not 3/, update);
    });

    it('a line taken from its middle', async () => {
      await forgeLog((lines) => lines.toSpliced(1, 1));
      await stage.refuses('INDEX_FORK', /chunk 1 of the log is malformed where line 2 should be/, update);
    });

    it('another line before the head that was seen', async () => {
      await forgeLog((lines) => lines.with(0, `1 ${'0'.repeat(64)}`));
      await stage.refuses(
        'INDEX_FORK',
        /line 1 of its log is 0{64}, but the line this machine has seen/,
        update,
      );
    });

    it('another line for the head that was seen', async () => {
      await stage.registry.forge(new Map());
      await forgeLog((lines) => lines.with(2, `3 ${'0'.repeat(64)}`));
      await stage.refuses(
        'INDEX_FORK',
        /line 3 of its log is 0{64}, but the head this machine has seen/,
        update,
      );
    });

    it('another end than the head calls the one before it', async () => {
      const previous = '0'.repeat(64) as Sha256;
      await stage.registry.forge(new Map(), { checkpoint: (document) => ({ ...document, previous }) });
      const because = { sequence: 3, expected: previous };
      await stage.refuses('INDEX_FORK', because, update);
    });

    it('a chunk that changed after it was closed', async () => {
      await stage.registry.fastForward(600);
      const seen = await stage.goOn(() => Promise.resolve());
      const text = Buffer.from(await stage.registry.bytes(chunk, stage.registry.published)).toString();
      const changed = text.replace(/^9 .*$/m, `9 ${'0'.repeat(64)}`);
      const newest = layout.logChunk(3);
      const head = sha256Hex(await stage.registry.bytes(layout.checkpoint, stage.registry.published));
      const lines = Buffer.from(await stage.registry.bytes(newest, stage.registry.published)).toString();
      await stage.registry.forge(
        new Map([
          [chunk, Buffer.from(changed)],
          [newest, Buffer.from(`${lines}601 ${head}\n`)],
        ]),
      );
      await stage.refuses('INDEX_FORK', /chunk 1 of the log changed after it was closed/, update, seen);
    });
  });

  describe('of one part in a newer head', () => {
    it('the revocations', async () => {
      await stage.registry.revoke({ keys: [{ fp: bob.fingerprint, reason: 'lost' }] }, 1);
      const older = await stage.registry.withSidecars(layout.revocations, stage.registry.main);
      const seen = await stage.goOn((registry) => registry.revoke({}, 2));
      await stage.registry.forge(older);
      await stage.refuses(
        'REVOCATIONS_INVALID',
        { problem: 'serial 2 was seen before, found 1' },
        update,
        seen,
      );
    });

    it('the revocations, which are gone', async () => {
      const seen = await stage.goOn((registry) => registry.revoke({}, 1));
      await stage.registry.forge(new Map([[layout.revocations, null]]));
      await stage.refuses(
        'REVOCATIONS_INVALID',
        { problem: 'serial 1 was seen before, and now there are none' },
        update,
        seen,
      );
    });

    it('a plugin document', async () => {
      const old = await stage.registry.publishedAt(2);
      await stage.registry.forge(await stage.registry.withSidecars(layout.document(notes), old));
      await refusesDocument('DOCUMENT_ROLLBACK', /serial 2 was seen before, found 1/);
    });

    it('a plugin document, which is gone', async () => {
      const files = await stage.registry.withSidecars(layout.document(notes));
      await stage.registry.forge(new Map([...files.keys()].map((file) => [file, null])));
      await refusesDocument('DOCUMENT_ROLLBACK', /serial 2 was seen before, and now the plugin is missing/);
    });

    it('a plugin document with the serial that was seen and other bytes', async () => {
      await forgeDocument(stage.registry, (document) => ({
        ...document,
        serial: document.serial - 1,
        description: 'Another word on the same page.',
      }));
      await refusesDocument('DOCUMENT_ROLLBACK', /serial 2 was seen before with other bytes/);
    });

    it('a release, which is gone', async () => {
      await forgeDocument(stage.registry, (document) => ({
        ...document,
        releases: document.releases.slice(0, 1),
      }));
      await refusesDocument('RELEASE_CHANGED', /ada\/notes 1\.1\.0 vanished/);
    });

    it('the artifact of a release, which became another', async () => {
      await forgeDocument(stage.registry, swapIntegrity);
      await refusesDocument('RELEASE_CHANGED', /ada\/notes 1\.1\.0 was changed/);
    });

    it('a publisher', async () => {
      const seen = await stage.goOn(async (registry) => {
        const first = await registry.bytes(layout.publisher('ada' as Publisher, 1));
        const next: PublisherDocument = {
          ...(JSON.parse(Buffer.from(first).toString()) as PublisherDocument),
          version: 2,
          previous: sha256Hex(first) as Sha256,
          displayName: 'Ada',
        };
        await registry.edit(registry.signed(layout.publisher('ada' as Publisher, 2), next, [ada]));
      });
      const files = await stage.registry.withSidecars(layout.publisher('ada' as Publisher, 2));
      await stage.registry.forge(new Map([...files.keys()].map((file) => [file, null])));
      await stage.refuses(
        'PUBLISHER_INVALID',
        { problem: 'version 2 is missing or is not the one seen before' },
        update,
        {
          ...seen,
          moves: ['trust/head'],
          recover: () => stage.registry.forge(files),
        },
      );
    });

    it('the root', async () => {
      const seen = await stage.goOn((registry) => registry.nextRoot((root) => root));
      await stage.registry.fork(3);
      await stage.registry.forge(new Map());
      await stage.refuses('CHECKPOINT_INVALID', { field: 'root', expected: 2, found: 1 }, update, seen);
    });

    /** The head is believed, the document is not; its publisher goes on with a later serial. */
    const refusesDocument = (code: 'DOCUMENT_ROLLBACK' | 'RELEASE_CHANGED', because: RegExp) =>
      stage.refuses(code, because, update, { moves: aHead, recover: publisherGoesOn });

    async function publisherGoesOn(): Promise<void> {
      const known = await stage.registry.document(notes);
      assert.ok(known);
      const next = { ...known, serial: known.serial + 2 };
      await stage.registry.forge(stage.registry.signed(layout.document(notes), next, [ada]));
    }
  });
});

function swapIntegrity(document: PluginDocument): PluginDocument {
  const [first, second] = document.releases as [Release, Release];
  return { ...document, releases: [first, { ...second, integrity: first.integrity }] };
}
