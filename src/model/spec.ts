import { UdosError } from '../errors/index.js';
import { isAlias, isPluginName, type Alias, type PluginName } from './names.js';
import { parseRange, type Range } from './version.js';

/** What a user types: `[registry:]publisher/name[@range]`. */
export interface Spec {
  readonly registry: Alias | undefined;
  readonly name: PluginName;
  readonly range: Range | undefined;
}

/** @throws SPEC_INVALID, RANGE_INVALID */
export function parseSpec(text: string): Spec {
  const shape = /^(?:([^:/@]+):)?([^:@]+)(?:@(.+))?$/.exec(text.slice(0, 512));
  const [, registry, name, range] = shape ?? [];
  if (
    text.length > 512 ||
    name === undefined ||
    !isPluginName(name) ||
    (registry !== undefined && !isAlias(registry))
  ) {
    throw new UdosError('SPEC_INVALID', `${JSON.stringify(text.slice(0, 80))} does not name a plugin.`, {
      hint: 'Write publisher/name, with @range or registry: where you need them: ada/notes, acme:ada/notes@^1.2.',
    });
  }
  return { registry, name, range: range === undefined ? undefined : parseRange(range) };
}

export function formatSpec(spec: Spec): string {
  const registry = spec.registry === undefined ? '' : `${spec.registry}:`;
  const range = spec.range === undefined ? '' : `@${spec.range}`;
  return `${registry}${spec.name}${range}`;
}
