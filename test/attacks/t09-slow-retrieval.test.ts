import assert from 'node:assert/strict';
import path from 'node:path';
import type { IndexSource } from '../../src/model/index-source.js';
import {
  createTransfer,
  defaultTransferLimits,
  type TransferLimits,
} from '../../src/primitives/http/index.js';
import { createFolderSource, createGitRemoteSource, createHttpSource } from '../../src/registry/index.js';
import { Client } from '../kit/client.js';
import { threat } from '../kit/threat.js';
import { assertRefusal } from './because.js';
import { Stage } from './stage.js';

// The limits of a real transfer are many seconds long; these stories give shorter ones to the product's own sources.
threat('T9', 'Slow retrieval', () => {
  const stage = new Stage({ kinds: [] });
  const withLimits = (limits: Partial<TransferLimits>) =>
    createTransfer({
      allowLoopback: true,
      allowPrivate: false,
      // A limit that is lost shows as this one, and not as a story that never ends.
      limits: { ...defaultTransferLimits, totalMs: 5000, ...limits },
    });
  const web = (limits: Partial<TransferLimits>): IndexSource =>
    createHttpSource({ url: stage.world.url('main', 'static web server'), transfer: withLimits(limits) });

  const attacks = [
    ['says nothing', 'stall', { connectMs: 20, firstByteMs: 30 }, 'firstByteMs'],
    ['stops midway', 'stall-midway', { idleMs: 30 }, 'idleMs'],
    ['drips', 'drip', { minBytesPerSecond: 10_000, rateGraceMs: 30 }, 'minBytesPerSecond'],
    ['drips just fast enough, for ever', 'drip', { totalMs: 60 }, 'totalMs'],
  ] as const;
  for (const [what, answer, limits, limit] of attacks) {
    it(`a web server that ${what}`, async () => {
      const client = new Client(stage.registry, stage.world.clock);
      stage.world.staticServer.answerWith(() => answer);
      const error = await client.refuses('TRANSFER_LIMIT', () => client.sync({ sources: [web(limits)] }));
      assertRefusal(error, 'TRANSFER_LIMIT', { limit });
      stage.world.staticServer.answerWith(undefined);
      assert.equal((await client.sync({ sources: [web({})] })).sequence, 3);
    });
  }

  it('a web server that is slow only with what comes after the checkpoint', async () => {
    const client = new Client(stage.registry, stage.world.clock);
    await client.sync({ sources: [web({})] });
    await stage.registry.checkpoint();
    stage.world.staticServer.answerWith((request) =>
      request.path.endsWith('SHA256SUMS') ? 'drip' : undefined,
    );
    const slow = web({ minBytesPerSecond: 10_000, rateGraceMs: 30 });
    const error = await client.refuses('TRANSFER_LIMIT', () => client.sync({ sources: [slow] }));
    assertRefusal(error, 'TRANSFER_LIMIT', { limit: 'minBytesPerSecond', place: /SHA256SUMS$/ });
    stage.world.staticServer.answerWith(undefined);
    assert.equal((await client.sync({ sources: [web({})] })).sequence, 4);
  });

  it('a git server that says nothing', async () => {
    const client = new Client(stage.registry, stage.world.clock);
    const source = createGitRemoteSource({
      url: stage.world.url('main', 'git over http'),
      cacheFolder: path.join(stage.world.base, 'slow'),
      transfer: withLimits({ connectMs: 200, firstByteMs: 300 }),
    });
    stage.world.gitServer.fault = () => 'stall';
    const error = await client.refuses('TRANSFER_LIMIT', () => client.sync({ sources: [source] }));
    assertRefusal(error, 'TRANSFER_LIMIT', { limit: 'firstByteMs' });
  });

  it('a slow source does not hide the next: the mirror is asked, with a warning', async () => {
    const client = new Client(stage.registry, stage.world.clock);
    stage.world.staticServer.answerWith(() => 'stall');
    const index = await client.sync({
      sources: [web({ connectMs: 20, firstByteMs: 30 }), createFolderSource(stage.registry.folder)],
    });
    assert.equal(index.sequence, 3);
    assert.match(client.warnings.join(), /could not be read/);
  });
});
