import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Machine } from '../kit/machine.js';
import { scenario, type World } from '../kit/scenario.js';
import { threat } from '../kit/threat.js';
import { everything } from './stage.js';

/** Both registries are honest, so what they say is believed and remembered; only nothing of it may be chosen. */
const allButTrust = everything.filter((part) => part !== 'trust');

/**
 * `acme` is a company's own registry, `world` one that everybody may publish in. Somebody took the company's names there, with
 * higher versions.
 */
threat('F1', 'Dependency confusion', () => {
  let world: World;
  let machines = 0;

  before(async () => {
    world = await scenario()
      .registry('acme', async (registry) => {
        await registry.publisher('acme');
        await registry.publish('acme/base', '1.0.0');
        await registry.publish('acme/tool', '1.0.0', { needs: { 'acme/base': '^1.0.0' } });
        await registry.publish('acme/secret', '1.0.0');
      })
      .registry('world', async (registry) => {
        await registry.publisher('acme');
        await registry.publish('acme/base', '1.9.0');
        await registry.publish('acme/tool', '9.0.0');
        await registry.publisher('eve');
        await registry.publish('eve/app', '1.0.0', { needs: { 'acme/base': '^1.0.0' } });
      })
      .build();
  });
  after(() => world.end());
  afterEach(() => {
    world.gitServer.fault = undefined;
  });

  const company = async (kind: 'git over http' | 'plain folder' = 'plain folder'): Promise<Machine> => {
    machines += 1;
    const machine = world.newMachine(`employee-${machines}`);
    await world.begin('acme', kind, machine);
    await machine
      .run('registry', 'add', 'world', world.url('world', kind), '--id', world.registry('world').id)
      .succeeds();
    return machine;
  };
  const registryOf = (machine: Machine, plugin: string): string => {
    const lock = JSON.parse(machine.read('udos-lock.json')) as {
      plugins: Record<string, { registry: string }>;
    };
    return lock.plugins[plugin]?.registry ?? 'none';
  };
  const editJson = (file: string, change: (content: Record<string, never>) => unknown) => {
    writeFileSync(
      file,
      `${JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')) as never), null, 2)}\n`,
    );
  };

  it('a higher version in another registry: asks which one is meant, and chooses none', async () => {
    const machine = await company();
    const { stderr } = await machine
      .run('add', 'acme/tool')
      .failsWith('REGISTRY_AMBIGUOUS', /acme and world both offer acme\/tool/);
    machine.expectUnchanged(...allButTrust);
    assert.match(stderr, /acme:acme\/tool/);
    assert.match(stderr, /world:acme\/tool/);
  });

  it('a higher version elsewhere of what a plugin of ours needs: it comes from our registry', async () => {
    const machine = await company();
    await machine.run('add', 'acme:acme/tool').succeeds();
    assert.equal(registryOf(machine, 'acme/base'), world.registry('acme').id);
    await machine.run('update').succeeds();
    await machine.run('update', '--latest').succeeds();
    for (const plugin of ['acme/tool', 'acme/base'])
      assert.equal(registryOf(machine, plugin), world.registry('acme').id);
    machine.expectUnchanged('lockfile', 'installed');
  });

  it('one name from two registries in one project: no choice is made', async () => {
    const machine = await company();
    await machine.run('add', 'acme:acme/tool').succeeds();
    await machine.run('add', 'eve/app').failsWith('UNSATISFIABLE', /acme\/base.* registr/s);
    machine.expectUnchanged(...allButTrust);
  });

  it('a route does not send a dependency to another registry', async () => {
    const machine = await company();
    editJson(machine.at('udos.json'), (project) => ({
      ...project,
      routes: { 'acme/tool': 'acme', 'acme/base': 'world' },
    }));
    await machine.run('add', 'acme/tool').succeeds();
    assert.equal(registryOf(machine, 'acme/base'), world.registry('acme').id);
    await machine.run('install', '--frozen').succeeds();
    machine.expectUnchanged(...everything);
  });

  for (const [what, status, code] of [
    ['cannot be reached', 503, 'NETWORK_FAILED'],
    ['asks who comes', 401, 'AUTH_REQUIRED'],
    ['says that there is nothing', 404, 'INDEX_NOT_FOUND'],
  ] as const) {
    it(`our registry ${what}: the other one does not step in`, async () => {
      const machine = await company('git over http');
      world.gitServer.fault = ({ target }) => (target.startsWith('/acme.git') ? { status } : undefined);
      await machine.run('add', 'acme/tool').failsWith(code, /\/acme\.git/);
      machine.expectUnchanged(...allButTrust);
    });
  }

  it('a lockfile that names the other registry for a plugin of ours', async () => {
    const machine = await company();
    await machine.run('add', 'acme:acme/tool').succeeds();
    const there = { alias: 'world', root: 1, sequence: 1 };
    editJson(
      machine.at('udos-lock.json'),
      (lock: Record<string, Record<string, Record<string, unknown>>>) => ({
        ...lock,
        registries: { ...lock.registries, [world.registry('world').id]: there },
        plugins: {
          ...lock.plugins,
          'acme/base': { ...lock.plugins?.['acme/base'], registry: world.registry('world').id },
        },
      }),
    );
    await machine
      .run('install', '--frozen')
      .failsWith(
        'LOCKFILE_DRIFT',
        /acme\/tool 1\.0\.0 needs acme\/base from udr1\w+, and udos-lock\.json has it from udr1/,
      );
    machine.expectUnchanged(...everything);
  });

  it("a cloned project that calls another registry by the company's alias", async () => {
    const machine = await company();
    const elsewhere = world.newMachine('cloned');
    await elsewhere
      .run('registry', 'add', 'acme', world.url('acme', 'plain folder'), '--id', world.registry('acme').id)
      .succeeds();
    elsewhere.copyFrom(machine, 'udos.json');
    editJson(elsewhere.at('udos.json'), (project) => ({
      ...project,
      registries: {
        acme: { url: world.url('world', 'plain folder'), id: world.registry('world').id, mirrors: [] },
      },
    }));
    await elsewhere.run('add', 'acme/tool').failsWith('ALIAS_CONFLICT', /acme/);
    elsewhere.expectUnchanged(...everything);
  });

  it('the same registry under two aliases is one offer, and no confusion', async () => {
    const machine = world.newMachine('twice');
    await world.begin('acme', 'plain folder', machine);
    await machine
      .run(
        'registry',
        'add',
        'again',
        world.url('acme', 'local repository'),
        '--id',
        world.registry('acme').id,
      )
      .succeeds();
    await machine.run('add', 'acme/secret').succeeds();
    assert.equal(registryOf(machine, 'acme/secret'), world.registry('acme').id);
  });
});
