import assert from 'node:assert/strict';
import { UdosError } from '../../../src/errors/index.js';
import { emptyLockfile } from '../../../src/lock/index.js';
import { project as projectFormat, type Lockfile, type Project } from '../../../src/model/formats/index.js';
import type { Alias, PluginName, RegistryId } from '../../../src/model/names.js';
import type { ConfiguredRegistry } from '../../../src/operations/steps/configured-registries.js';
import type { OpenRegistry, Registries } from '../../../src/operations/steps/registries.js';
import { routeRequirement, routedRegistry } from '../../../src/operations/steps/routing.js';
import { refusalOf } from '../../kit/client.js';

const ids = {
  main: `udr1${'a'.repeat(52)}` as RegistryId,
  acme: `udr1${'b'.repeat(52)}` as RegistryId,
};
const notes = 'ada/notes' as PluginName;
const noProject = projectFormat.parse({});

/** What each registry offers, by alias; 'dead' for one that cannot be reached. */
function registriesOf(
  offers: Readonly<Record<string, readonly string[] | 'dead'>>,
  idOf: (alias: string) => RegistryId = (alias) => ids[alias as keyof typeof ids],
): Registries & { readonly asked: string[] } {
  const asked: string[] = [];
  const configured = Object.keys(offers).map((alias) => ({
    alias: alias as Alias,
    id: idOf(alias),
    locations: [],
    from: 'user' as const,
    isBound: true,
    internal: false,
    credential: undefined,
    boundUrl: undefined,
  }));
  const find = (id: RegistryId): ConfiguredRegistry | undefined => configured.find((one) => one.id === id);
  return {
    asked,
    configured,
    find,
    open: (id) => {
      const alias = find(id)?.alias ?? '';
      asked.push(alias);
      const names = offers[alias] ?? [];
      if (names === 'dead') return Promise.reject(new UdosError('NETWORK_FAILED', `${alias} is dead.`));
      const index = {
        plugins: (wanted: readonly string[]) =>
          Promise.resolve(new Map(wanted.filter((name) => names.includes(name)).map((name) => [name, {}]))),
        catalog: () => Promise.resolve(names.map((name) => ({ name }))),
      };
      return Promise.resolve({ index } as unknown as OpenRegistry);
    },
    close: () => Promise.resolve(),
  };
}

function projectOf(routes: Readonly<Record<string, string>>): Project {
  return projectFormat.parse({ routes });
}

function lockedTo(registry: RegistryId): Lockfile {
  return { ...emptyLockfile, plugins: { [notes]: { registry } } } as unknown as Lockfile;
}

describe('check 14: a name comes from one registry', () => {
  it('from the only one that offers it', async () => {
    const registries = registriesOf({ main: [notes], acme: ['acme/tool'] });
    assert.equal(await routeRequirement(registries, noProject, emptyLockfile, notes), ids.main);
  });

  it('from neither of two that offer it: both are named', async () => {
    const registries = registriesOf({ main: [notes], acme: [notes] });
    const error = await refusalOf('REGISTRY_AMBIGUOUS', () =>
      routeRequirement(registries, noProject, emptyLockfile, notes),
    );
    assert.deepEqual(error.data.offers, [
      { alias: 'main', id: ids.main },
      { alias: 'acme', id: ids.acme },
    ]);
  });

  it('from one that is reached under two aliases, which is one offer', async () => {
    const registries = registriesOf({ main: [notes], twin: [notes] }, () => ids.main);
    assert.equal(await routeRequirement(registries, noProject, emptyLockfile, notes), ids.main);
  });

  it('from the one that the spec names, without asking the other', async () => {
    const registries = registriesOf({ main: [notes], acme: [notes] });
    const id = await routeRequirement(registries, noProject, emptyLockfile, notes, 'acme' as Alias);
    assert.equal(id, ids.acme);
    assert.deepEqual(registries.asked, ['acme']);
  });

  it('from the one that a route names, by its full name before its publisher', async () => {
    const registries = registriesOf({ main: [notes], acme: [notes] });
    const byPublisher = projectOf({ 'ada/*': 'acme' });
    assert.equal(await routeRequirement(registries, byPublisher, emptyLockfile, notes), ids.acme);
    const byName = projectOf({ 'ada/*': 'acme', [notes]: 'main' });
    assert.equal(await routeRequirement(registries, byName, emptyLockfile, notes), ids.main);
    assert.equal(routedRegistry(byName, notes, registries.configured), ids.main);
    assert.equal(routedRegistry(noProject, notes, registries.configured), undefined);
  });

  it('never from another than the routed one, though only that one offers it', async () => {
    const registries = registriesOf({ main: [notes], acme: [] });
    const project = projectOf({ 'ada/*': 'acme' });
    await refusalOf('PLUGIN_NOT_FOUND', () => routeRequirement(registries, project, emptyLockfile, notes));
    assert.ok(!registries.asked.includes('main'));
  });

  it('never from one when another cannot be asked', async () => {
    for (const offers of [
      { acme: 'dead', main: [notes] },
      { main: [notes], acme: 'dead' },
    ] as const) {
      await refusalOf('NETWORK_FAILED', () =>
        routeRequirement(registriesOf(offers), noProject, emptyLockfile, notes),
      );
    }
  });

  it('from the one it is locked to, though another begins to offer it', async () => {
    const registries = registriesOf({ main: [notes], acme: [notes] });
    assert.equal(await routeRequirement(registries, noProject, lockedTo(ids.main), notes), ids.main);
    assert.deepEqual(registries.asked, []);
  });

  it('from none when none offers it, or none is configured', async () => {
    const error = await refusalOf('PLUGIN_NOT_FOUND', () =>
      routeRequirement(registriesOf({ main: ['ada/note'] }), noProject, emptyLockfile, notes),
    );
    assert.match(error.hint ?? '', /ada\/note\b/);
    await refusalOf('NO_REGISTRY', () => routeRequirement(registriesOf({}), noProject, emptyLockfile, notes));
    await refusalOf('REGISTRY_UNKNOWN', () =>
      routeRequirement(registriesOf({ main: [notes] }), noProject, emptyLockfile, notes, 'acme' as Alias),
    );
  });
});
