import assert from 'node:assert/strict';
import { layout } from '../../src/model/index-layout.js';
import { sha256Hex } from '../../src/primitives/crypto/index.js';
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
      .failsWith('REGISTRY_ID_MISMATCH');
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
    const { stderr } = await victim.run('update').failsWith('INDEX_EQUIVOCATION');
    victim.expectUnchanged(...everything);
    assert.match(stderr, /two different heads with sequence 3/);

    const { evidence } = await victim.json<{ evidence: string[] }>('registry', 'show', 'main', '--offline');
    const kept = victim.filesBelow(evidence[0] ?? '');
    for (const hash of [seen, shown]) {
      assert.ok(kept.includes(`${hash}.json`));
      assert.ok(kept.some((file) => file.startsWith(`${hash}.json.`) && file.endsWith('.minisig')));
    }
  });
});
