import type { Project } from '../../model/formats/index.js';

/** One line of `udos.json` that a command changes. */
export interface ProjectChange {
  /** `range`: what a plugin is asked for; `route`: the registry it comes from. */
  readonly kind: 'range' | 'route';
  readonly name: string;
  /** Null for a line that is new. */
  readonly from: string | null;
  /** Null for a line that goes. */
  readonly to: string | null;
}

/** How the requirements and routes of a project change, in name order. Pure. */
export function projectChanges(before: Project, after: Project): ProjectChange[] {
  return [
    ...changesOf('range', before.plugins, after.plugins),
    ...changesOf('route', before.routes, after.routes),
  ];
}

function changesOf(
  kind: ProjectChange['kind'],
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): ProjectChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .map((name) => ({ kind, name, from: before[name] ?? null, to: after[name] ?? null }))
    .filter(({ from, to }) => from !== to);
}
