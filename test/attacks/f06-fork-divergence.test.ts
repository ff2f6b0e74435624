import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import path from 'node:path';
import { layout } from '../../src/model/index-layout.js';
import { sha256Hex } from '../../src/primitives/crypto/index.js';
import { runWithFault } from '../kit/faults.js';
import type { Machine } from '../kit/machine.js';
import { threat } from '../kit/threat.js';
import { everything, Stage } from './stage.js';

threat('F6', 'A fork that passes as the original', () => {
  const stage = new Stage();

  it('a fork at the address of the original: its id is another', async () => {
    const fork = await stage.anotherRegistry();
    const machine = stage.world.newMachine('deceived');
    await machine.run('init').succeeds();
    const { stderr } = await machine
      .run('registry', 'add', 'main', fork.folder, '--id', stage.registry.id)
      .failsWith('REGISTRY_ID_MISMATCH', /This is another registry/);
    machine.expectUnchanged(...everything);
    assert.ok(stderr.includes(fork.id) && stderr.includes(stage.registry.id), 'both sides are named');
  });

  it('two continuations under one id, shown to two machines: whoever meets both has the proof', async () => {
    const { registry } = stage;
    const head = async () => sha256Hex(await registry.bytes(layout.checkpoint, registry.published));
    const victim = stage.victim();
    const seen = await head();
    await registry.fork(2);
    const shown = await head();
    await victim.run('update').failsWith('INDEX_EQUIVOCATION', /two different heads with sequence 3/);
    victim.expectUnchanged(...everything);

    const { evidence } = await victim.json<{ evidence: string[] }>('registry', 'show', 'main', '--offline');
    const kept = victim.filesBelow(evidence[0] ?? '');
    for (const hash of [seen, shown]) {
      assert.ok(kept.includes(`${hash}.json`));
      assert.ok(kept.some((file) => file.startsWith(`${hash}.json.`) && file.endsWith('.minisig')));
    }
  });

  it('shown while it goes on: what was known, both heads and the refusal, with its exit status', async () => {
    const { registry } = stage;
    const head = async () => sha256Hex(await registry.bytes(layout.checkpoint, registry.published));
    const victim = stage.victim();
    const seen = await head();
    await registry.fork(2);
    const heads = [seen, await head()];

    const shown = await victim
      .run('registry', 'show', 'main')
      .failsWith('INDEX_EQUIVOCATION', /two different heads with sequence 3/);
    assert.match(shown.stderr, /warning: .*INDEX_EQUIVOCATION/);
    for (const hash of heads) assert.ok(shown.stdout.includes(hash), `${hash} is not shown`);
    victim.expectUnchanged(...everything);

    const { stdout } = await victim.run('registry', 'show', 'main', '--json').exits(6);
    const result = JSON.parse(stdout) as {
      checkpoint: { sequence: number };
      evidenceHeads: { sequence: number; sha256: string }[];
      refusal: { code: string; exit: number };
    };
    assert.deepEqual([result.refusal.code, result.refusal.exit], ['INDEX_EQUIVOCATION', 6]);
    assert.equal(result.checkpoint.sequence, 3);
    assert.deepEqual(new Set(result.evidenceHeads.map(({ sha256 }) => sha256)), new Set(heads));
  });

  it('shown to a machine whose disk takes no more: it says what it found, and that the proof is lost', async () => {
    const { registry } = stage;
    const trust = (victim: Machine) => path.join(victim.home, 'registries', registry.id, 'trust');
    await registry.fork(2);
    const readOnly = stage.victim();
    const evidence = path.join(trust(readOnly), 'evidence');
    const plan = { on: 'disk', at: 1, how: 'EROFS', forGood: true, below: evidence } as const;
    const { status, stderr } = await runWithFault(readOnly, plan, 'registry', 'sync');
    assert.equal(status, 6, stderr);
    assert.match(stderr, /INDEX_EQUIVOCATION[^]*could not be kept as evidence/);

    await registry.forge(new Map([[layout.registryFile, Buffer.from('{"format":1,"name":"main"}')]]));
    const full = stage.victim();
    const result = await runWithFault(full, { quota: 0, how: 'ENOSPC' }, 'registry', 'sync');
    assert.equal(result.status, 6, result.stderr);
    assert.match(result.stderr, /INDEX_FORK[^]*could not be kept as evidence/);
    full.expectUnchanged(...everything);
    assert.deepEqual(full.filesBelow(path.join(trust(full), 'evidence')), []);
  });

  it('a source that is gone: what was known is shown, and the failure', async () => {
    const victim = stage.victim();
    const { stdout } = await victim.run('registry', 'show', 'main').succeeds();
    renameSync(stage.registry.folder, `${stage.registry.folder}.gone`);
    const gone = await victim
      .run('registry', 'show', 'main')
      .failsWith('INDEX_NOT_FOUND', /there is no such folder/);
    renameSync(`${stage.registry.folder}.gone`, stage.registry.folder);
    assert.ok(gone.stdout.startsWith(stdout.split('\n')[0] ?? '?'));
  });
});
