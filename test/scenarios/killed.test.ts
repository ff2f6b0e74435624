import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { scenario, type World } from '../kit/scenario.js';

/** Every how manieth rename a command is killed at; the unit tests of the transaction walk every step. */
const stride = 4;
const preload = pathToFileURL(path.join(import.meta.dirname, '..', 'kit', 'kill-preload.mjs')).href;

describe('a killed command', () => {
  let world: World;

  before(async () => {
    world = await scenario()
      .today()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/base', '1.0.0');
        await registry.publish('ada/notes', '1.0.0', { needs: { 'ada/base': '^1.0.0' } });
        await registry.publish('ada/notes', '2.0.0', { needs: { 'ada/base': '^1.0.0' } });
      })
      .build();
  });

  after(() => world.end());

  it('leaves the old state or the new one, wherever the kill -9 hits an update', async () => {
    let survived = 0;
    for (let at = 1; survived === 0; at += stride) {
      assert.ok(at < 400, 'the command never ends');
      const machine = world.newMachine(`killed at ${at}`);
      await world.begin('main', 'plain folder', machine);
      await machine.run('add', 'ada/notes@1.0.0').succeeds();

      machine.environment.TEST_KILL_AT = String(at);
      machine.preload(preload);
      const killed = await machine.run('update', '--latest').result;
      machine.preload();
      machine.expireLocks();
      if (killed.status === 0) survived += 1;
      else assert.equal(killed.status, null, killed.stderr);

      await machine.run('install').succeeds();
      await machine.run('verify').succeeds();
      const version = machine.read('usr/share/udos/plugins/installed/ada--notes/index.js').includes('2.0.0')
        ? '2.0.0'
        : '1.0.0';
      assert.equal(JSON.parse(machine.read('udos-lock.json')).plugins['ada/notes'].version, version);
      assert.match(machine.read('udos.json'), version === '2.0.0' ? /\^2\.0\.0/ : /"1\.0\.0"/);
      assert.ok(!existsSync(machine.at('usr/share/udos/plugins/.staging')), 'staging was left behind');
      assert.deepEqual(machine.list(), ['udos-lock.json', 'udos.json', 'usr']);
    }
  });
});
