import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What a machine believes of its registries, in the parts that move for reasons of their own. */
export const trustParts = [
  'trust/roots',
  'trust/time',
  'trust/head',
  'trust/publishers',
  'trust/plugins',
] as const;
export type TrustPart = (typeof trustParts)[number];

/**
 * Everything in the trust folders of a home, by a name that begins with its {@link TrustPart}, such as
 * `trust/plugins/ada--notes`. What is in no part has the name of its file. Evidence, and index files by their own hash, are
 * no trust and stand not in it.
 */
export function readTrustState(home: string): ReadonlyMap<string, string> {
  const state = new Map<string, string>();
  for (const registry of namesIn(path.join(home, 'registries'))) {
    const folder = path.join(home, 'registries', registry, 'trust');
    const add = (name: string, value: string) =>
      state.set(name, `${state.get(name) ?? ''}${registry} ${value}\n`);
    for (const file of filesBelow(folder)) {
      const bytes = readFileSync(path.join(folder, file));
      const { mode } = lstatSync(path.join(folder, file));
      if (file === 'state.json') addState(mode, bytes.toString(), add);
      else add(partOf(file), `${mode} ${bytes.toString('base64')}`);
    }
  }
  return state;
}

/** The names of what differs. */
export function changedNames(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .sort();
}

/** The hash of the head that a home believes of a registry. */
export function readHeadHash(home: string, registry: string): string | undefined {
  const file = path.join(home, 'registries', registry, 'trust', 'state.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { head?: { sha256: string } }).head?.sha256;
}

/** `state.json` holds three parts in one file. */
function addState(mode: number, text: string, add: (name: string, value: string) => void): void {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(text) as Record<string, unknown>;
  } catch {
    add('state.json', text);
    return;
  }
  const { root, rootSha256, newestIssued, head, ...others } = fields;
  add('trust/roots', JSON.stringify([mode, root, rootSha256, others]));
  // A root may be accepted without a head: then there is neither a head nor a time yet.
  if (newestIssued !== 0) add('trust/time', JSON.stringify(newestIssued));
  if (head !== null) add('trust/head', JSON.stringify(head));
}

function partOf(file: string): string {
  return file
    .replace(/^roots\//, 'trust/roots/')
    .replace(/^seen\//, 'trust/')
    .replace(/\.json$/, '');
}

function filesBelow(folder: string): string[] {
  return readdirIfAny(folder)
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => !/^(evidence|objects)\//.test(file));
}

function readdirIfAny(folder: string) {
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true });
}

function namesIn(folder: string): string[] {
  return lstatSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder).sort();
}
