import type { CatalogLine, Lockfile, Project, Release } from '../../../src/model/formats/index.js';
import type { ReleaseList } from '../../../src/operations/steps/newest.js';

const registry = `udr1${'a'.repeat(52)}`;

/** Index facts that are good; tests state only what differs. */
export function release(version: string, change: Partial<Release> = {}): Release {
  return {
    version,
    published: '2026-01-01T00:00:00Z',
    urls: ['artifacts/a.tgz'],
    size: 1000,
    unpackedSize: 2000,
    files: 2,
    integrity: `sha512-${'A'.repeat(86)}==`,
    minisig: '',
    engines: {},
    dependencies: {},
    optionalDependencies: {},
    permissions: [],
    license: 'MIT',
    tier: 'free',
    changelog: '',
    yanked: false,
    ...change,
  } as Release;
}

/** A plugin with these releases, of which some are recalled. */
export function releases(list: readonly Release[], revoked: readonly string[] = []): ReleaseList {
  return {
    document: { releases: list },
    revocationOf: (one) => (revoked.includes(one.version) ? 'stolen key' : undefined),
  };
}

export function catalogLine(name: string, change: Partial<CatalogLine> = {}): CatalogLine {
  return {
    name,
    latest: '1.0.0',
    description: '',
    category: 'productivity/notes',
    keywords: [],
    license: 'MIT',
    permissions: [],
    tier: 'free',
    ...change,
  } as CatalogLine;
}

export function project(plugins: Readonly<Record<string, string>>): Project {
  return { plugins, registries: {}, routes: {}, permissions: {} } as unknown as Project;
}

/** Each plugin at 1.0.0, with what it depends on, `?` before an optional one. */
export function lock(graph: Readonly<Record<string, readonly string[]>>): Lockfile {
  const ranges = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, '^1.0.0']));
  const plugins = Object.entries(graph).map(([name, needs]) => [
    name,
    {
      version: '1.0.0',
      registry,
      integrity: `sha512-${'A'.repeat(86)}==`,
      size: 1000,
      signers: [],
      permissions: [],
      dependencies: ranges(needs.filter((one) => !one.startsWith('?'))),
      optionalDependencies: ranges(needs.filter((one) => one.startsWith('?')).map((one) => one.slice(1))),
    },
  ]);
  return {
    lockfileVersion: 1,
    registries: { [registry]: { alias: 'main', root: 1, sequence: 1 } },
    plugins: Object.fromEntries(plugins),
  } as unknown as Lockfile;
}
