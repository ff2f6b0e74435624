import {
  parsePluginName,
  parseRegistryId,
  type PluginName,
  type RegistryId,
} from '../../../src/model/names.js';
import type {
  Candidate,
  Dependency,
  DocumentAnswer,
  DocumentProvider,
  PluginRef,
  RoutedRequirement,
} from '../../../src/model/resolution.js';
import { parseRange, parseVersion } from '../../../src/model/version.js';
import type { ResolveInput } from '../../../src/resolve/index.js';

/** Plugins by name, or by `alias:name`, with the range that is wanted. */
export type Needs = Readonly<Record<string, string>>;

export interface ReleaseSketch {
  readonly needs?: Needs;
  readonly optional?: Needs;
  readonly yanked?: string;
  readonly revoked?: string;
  readonly engine?: string;
}

export type RegistrySketch = Readonly<Record<string, Readonly<Record<string, ReleaseSketch>>>>;

/** Registries by alias, in a few words; a text instead of plugins is why the registry cannot be asked. */
export interface WorldSketch {
  readonly registries: Readonly<Record<string, RegistrySketch | string>>;
  /** By name; as pairs where one name comes twice. */
  readonly requirements: Needs | readonly (readonly [string, string])[];
  /** By name, with the locked version. */
  readonly locked?: Readonly<Record<string, string>> | undefined;
  readonly host?: string | undefined;
}

const prefix = 'udr1';

/** A registry's id, made from its alias so that it can be read back. */
function idOf(alias: string): RegistryId {
  return parseRegistryId(prefix + alias.padEnd(52, '2'));
}

export function aliasOf(registry: RegistryId): string {
  return registry.slice(prefix.length).replace(/2+$/, '');
}

/** `acme:ada/notes` or, in the registry `main`, `ada/notes`. */
export function parseSketchName(text: string, home = 'main'): { registry: RegistryId; name: PluginName } {
  const [name = '', alias = home] = text.split(':').reverse();
  return { registry: idOf(alias), name: parsePluginName(name) };
}

/** A provider that answers from a sketch and remembers what it was asked, batch by batch. */
export class SketchedProvider implements DocumentProvider {
  readonly batches: PluginRef[][] = [];

  constructor(private readonly registries: WorldSketch['registries']) {}

  documents(wanted: readonly PluginRef[]): Promise<readonly DocumentAnswer[]> {
    this.batches.push([...wanted]);
    return Promise.resolve(wanted.map((ref) => this.#answer(ref)));
  }

  #answer({ registry, name }: PluginRef): DocumentAnswer {
    const plugins = this.registries[aliasOf(registry)];
    if (typeof plugins === 'string') return { kind: 'unavailable', reason: plugins };
    const releases = plugins?.[name];
    if (releases === undefined) return { kind: 'absent' };
    const candidates = Object.entries(releases).map(([version, release]) => candidateOf(version, release));
    return { kind: 'found', candidates };
  }
}

export function inputOf(sketch: WorldSketch, provider: DocumentProvider): ResolveInput {
  const wanted = Array.isArray(sketch.requirements)
    ? (sketch.requirements as [string, string][])
    : Object.entries(sketch.requirements as Needs);
  const requirements = wanted.map(([name, range]): RoutedRequirement => ({
    ...parseSketchName(name),
    range: parseRange(range),
  }));
  const locked: ResolveInput['locked'] = new Map(
    Object.entries(sketch.locked ?? {}).map(([text, version]) => {
      const { registry, name } = parseSketchName(text);
      return [name, { registry, version: parseVersion(version) }];
    }),
  );
  const hostVersion = parseVersion(sketch.host ?? '1.0.0');
  return { requirements, locked, hostVersion, provider, aliasOf };
}

function candidateOf(version: string, release: ReleaseSketch): Candidate {
  return {
    version: parseVersion(version),
    yanked: release.yanked ?? false,
    revoked: release.revoked ?? false,
    engine: release.engine === undefined ? undefined : parseRange(release.engine),
    dependencies: dependenciesOf(release.needs),
    optionalDependencies: dependenciesOf(release.optional),
  };
}

function dependenciesOf(needs: Needs = {}): Dependency[] {
  return Object.entries(needs).map(([text, range]) => {
    const { registry, name } = parseSketchName(text);
    return text.includes(':')
      ? { name, range: parseRange(range), registry }
      : { name, range: parseRange(range) };
  });
}
