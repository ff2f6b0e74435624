import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { logChunkLines } from '../../../src/model/index-layout.js';
import type { Publisher, Sha256 } from '../../../src/model/names.js';
import { sha256Hex } from '../../../src/primitives/crypto/index.js';
import { loadKeptState } from '../../../src/registry/trust/kept-state.js';
import { createDiskTrustStore } from '../../../src/registry/trust/disk-trust-store.js';
import { createMemoryTrustStore } from '../../../src/registry/trust/memory-trust-store.js';
import type { StoredHead, TrustState } from '../../../src/registry/trust/trust-store.js';
import { Client, refusalOf } from '../../kit/client.js';
import { makeSandbox } from '../../kit/git-cli.js';
import { registryWorld } from './world.js';

const another = sha256Hex(Buffer.from('another')) as Sha256;

describe('what this machine keeps of a registry', () => {
  const world = registryWorld();

  /** Damage to `state.json`, by its effect. */
  const damage = async (change: (state: TrustState, head: StoredHead) => TrustState) => {
    const state = await world.client.store.load();
    assert.ok(state?.head);
    await world.client.store.save(change(state, state.head));
  };
  const ofHead = (change: Partial<StoredHead>) => (state: TrustState, head: StoredHead) => ({
    ...state,
    head: { ...head, ...change },
  });

  const damages: readonly (readonly [string, (state: TrustState, head: StoredHead) => TrustState])[] = [
    ['another sequence', ofHead({ sequence: 1 })],
    ['another hash', ofHead({ sha256: another })],
    ['no signature', ofHead({ sidecars: new Map() })],
    ['a newer list of revocations', ofHead({ revocationsSerial: 7 })],
    ['a chunk of the log that is not closed yet', ofHead({ closedChunks: new Map([[1, another]]) })],
    ['another registry', (state) => ({ ...state, registry: `udr1${'a'.repeat(52)}` as never })],
    ['a root that is not kept', (state) => ({ ...state, root: 2 })],
    ['another root', (state) => ({ ...state, rootSha256: another })],
    ['an earlier time', (state) => ({ ...state, newestIssued: 1 })],
    [
      'a checkpoint that nobody signed, and its hash',
      (state, head) => {
        const bytes = Buffer.from(
          Buffer.from(head.bytes).toString().replace('"sequence": 2', '"sequence": 5'),
        );
        const sha256 = sha256Hex(bytes) as Sha256;
        return { ...state, head: { ...head, sequence: 5, bytes, sha256 } };
      },
    ],
  ];
  for (const [what, change] of damages) {
    it(`is damaged when it names ${what}: no attack of the registry`, async () => {
      await world.registry.checkpoint();
      await world.client.sync();
      await damage(change);
      await world.registry.checkpoint();
      await world.client.refuses('STATE_CORRUPT', () => world.client.sync());
      await world.client.refuses('STATE_CORRUPT', () => world.client.sync({ sources: [] }));
      assert.equal(world.client.evidence.size, 0);
    });
  }

  it('is damaged when any accepted root has other bytes, though they parse and nobody needs their keys', async () => {
    const { store } = world.client;
    await world.client.sync();
    for (const name of ['second', 'third']) {
      await world.registry.nextRoot((root) => ({ ...root, name }));
      await world.registry.checkpoint();
    }
    await world.client.sync();
    for (const version of [2, 3]) {
      const honest = await store.readRoot(version);
      assert.ok(honest);
      await store.saveRoot(
        version,
        Buffer.from(
          Buffer.from(honest)
            .toString()
            .replace(/second|third/, 'other'),
        ),
      );
      const locked = { root: 1, sequence: 1000 };
      const error = await world.client.refuses('STATE_CORRUPT', () => world.client.sync({ locked }));
      assert.equal(error.data.problem, `root ${version} is not the one that was accepted`);
      await store.saveRoot(version, honest);
    }
    assert.equal((await world.client.sync()).rootVersion, 3);
  });

  it('holds the closed chunks of the log against the listing that the head leads to', async () => {
    const store = createMemoryTrustStore();
    const client = new Client(world.registry, world.clock, store);
    await world.registry.fastForward(logChunkLines + 2);
    await client.sync();
    const state = await store.load();
    assert.deepEqual(await loadKeptState(world.registry.id, store), state);
    assert.deepEqual([...(state?.head?.closedChunks.keys() ?? [])], [1]);
    assert.ok(state?.head);
    await store.save({ ...state, head: { ...state.head, closedChunks: new Map([[1, another]]) } });
    await refusalOf('STATE_CORRUPT', () => client.sync());
  });

  for (const [what, file, from, to] of [
    ['a serial', 'plugins/ada--notes.json', /"serial": 1/, '"serial": 7'],
    ['a hash', 'plugins/ada--notes.json', /"sha256": "../, '"sha256": "00'],
    ['a release', 'plugins/ada--notes.json', /"1\.0\.0"/, '"1.0.1"'],
    ['its own sum', 'plugins/ada--notes.json', /"sum": "../, '"sum": "00'],
    ['a version', 'publishers/ada.json', /"version": 1/, '"version": 2'],
    ['the hash of a version', 'publishers/ada.json', /"sha256": "../, '"sha256": "00'],
  ] as const) {
    it(`is damaged when ${what} in ${file} was changed: no rollback of the registry`, async () => {
      const folder = world.sandbox.at(`trust-${what.replaceAll(' ', '-')}`);
      const client = new Client(world.registry, world.clock, createDiskTrustStore(folder));
      await client.plugin('ada/notes');
      await client.plugin('ada/notes');
      const place = path.join(folder, 'seen', file);
      const text = readFileSync(place, 'utf8');
      writeFileSync(place, text.replace(from, to));
      assert.notEqual(readFileSync(place, 'utf8'), text);
      const error = await refusalOf('STATE_CORRUPT', () => client.plugin('ada/notes'));
      assert.equal(error.data.file, place);
      assert.ok(error.hint?.includes(`rm '${place}'`), error.hint);
      rmSync(place);
      await client.plugin('ada/notes');
    });
  }

  it('does not go back to what a process that was stopped for long had read', async () => {
    const store = createDiskTrustStore(world.sandbox.at('trust'));
    const client = new Client(world.registry, world.clock, store);
    await client.sync();
    const early = await store.load();
    assert.ok(early);
    await world.registry.checkpoint();
    await client.sync();
    await refusalOf('INDEX_MOVED', () => store.save(early));
    assert.equal((await store.load())?.head?.sequence, (early.head?.sequence ?? 0) + 1);
  });

  it('is not forgotten by a process that was stopped until another had its lock', async () => {
    const sandbox = makeSandbox();
    try {
      const folder = sandbox.at('trust');
      const store = createDiskTrustStore(folder);
      const seen = { version: 2, sha256: another, owners: [], release: [] };
      await store.savePublisher('ada' as Publisher, seen);
      await store.exclusively(async () => {
        rmdirSync(`${folder}.lock`);
        mkdirSync(`${folder}.lock`);
        await assert.rejects(store.forgetSeen(), { code: 'STATE_LOCKED' });
      });
      assert.deepEqual(await store.readPublisher('ada' as Publisher), seen);
    } finally {
      sandbox.remove();
    }
  });
});
