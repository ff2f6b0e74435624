import { UdosError } from '../errors/index.js';
import { readFileIfAny, withLock, writeFileAtomic } from '../primitives/fs/index.js';
import { formatJson } from '../primitives/json/index.js';
import type { HostManifest } from './host-files.js';

/** `UDOS_HOME/ecosystem/registry.json` belongs to the uDOS host: we know two of its fields and keep all others. */
interface Ecosystem {
  readonly plugins: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** What becomes of one entry. */
export interface EcosystemChange {
  readonly id: string;
  /** The plugin's folder as the host sees it; tells entries of several roots apart. */
  readonly path: string;
  /** Undefined removes the entry, if it is this root's. */
  readonly manifest: HostManifest | undefined;
}

/**
 * The host's list of plugins, or undefined when there is none yet.
 *
 * It is read as the host does it, not strictly: it is not ours, and it may hold what our own formats refuse.
 *
 * @throws STATE_CORRUPT when it is not `{"plugins":{…}}`; FILESYSTEM_FAILED
 */
export async function readEcosystem(file: string): Promise<Ecosystem | undefined> {
  const bytes = await readFileIfAny(file);
  if (bytes === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw unreadable(file, 'it is not JSON');
  }
  if (!isRecord(value)) throw unreadable(file, 'it is not an object');
  const { plugins = {} } = value;
  if (!isRecord(plugins)) throw unreadable(file, '"plugins" is not an object');
  return { ...value, plugins };
}

/**
 * Brings our entries in the host's list into step. Foreign entries, and fields that the host added to ours, stay. Doing it
 * twice is doing it once. Nothing is written when nothing changes.
 *
 * @param updated RFC 3339, for the list and for entries that are put in.
 * @throws STATE_CORRUPT and nothing is changed; STATE_LOCKED; FILESYSTEM_FAILED
 */
export async function applyEcosystemChanges(
  file: string,
  changes: readonly EcosystemChange[],
  updated: string,
): Promise<void> {
  const hasNothingToDo =
    (await readEcosystem(file)) === undefined && !changes.some(({ manifest }) => manifest);
  if (changes.length === 0 || hasNothingToDo) return;
  await withLock(`${file}.lock`, async (lock) => {
    const before = await readEcosystem(file);
    const plugins = new Map(Object.entries(before?.plugins ?? {}));
    let isChanged = false;
    for (const { id, path, manifest } of changes) {
      const old = plugins.get(id);
      const known = isRecord(old) ? old : {};
      if (manifest !== undefined) {
        const { installed = updated } = known.version === manifest.version ? known : {};
        plugins.set(id, { ...known, ...manifest, path, installed });
        isChanged = true;
      } else if (plugins.has(id) && (known.path === undefined || known.path === path)) {
        plugins.delete(id);
        isChanged = true;
      }
    }
    if (!isChanged) return;
    lock.refuseIfLost();
    await writeFileAtomic(file, formatJson({ ...before, plugins: Object.fromEntries(plugins), updated }));
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(file: string, problem: string): UdosError {
  return new UdosError(
    'STATE_CORRUPT',
    `Cannot read the plugin list of the uDOS host in ${file}: ${problem}.`,
    {
      hint: `Repair ${file}, or move it away so that the host begins a new one, then run the command again.`,
      data: { file, problem },
    },
  );
}
