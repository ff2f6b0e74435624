import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { globalPaths, homePaths, projectPaths, type RootPaths } from '../../../src/context/index.js';
import {
  manifest,
  receipt,
  type HistoryEntry,
  type Manifest,
  type Receipt,
  type Time,
} from '../../../src/model/formats/index.js';
import { parsePluginName, type PluginName } from '../../../src/model/names.js';
import {
  applyTransaction,
  recoverTransaction,
  type InstallChange,
  type ProjectFileChange,
  type Transaction,
} from '../../../src/store/index.js';

/** The files of a plugin: contents by path; a path that ends in `!` is executable. */
export type Files = Readonly<Record<string, string>>;

export const registry = `udr1${'a'.repeat(52)}`;
export const published = '2026-11-01T08:00:00Z' as Time;
export const integrityOf = (bytes: string | Uint8Array) =>
  `sha512-${createHash('sha512').update(bytes).digest('base64')}`;

/** A temporary folder that is removed after the suite it is called in. */
export function temporaryFolder(): { path: string } {
  const folder = { path: '' };
  before(async () => {
    folder.path = await mkdtemp(path.join(tmpdir(), 'udos store '));
  });
  after(() => rm(folder.path, { recursive: true, force: true }));
  return folder;
}

export function manifestOf(name: string, facts: Partial<Record<keyof Manifest, unknown>> = {}): Manifest {
  return manifest.parse({
    name,
    version: '1.0.0',
    description: `What ${name} does`,
    license: 'MIT',
    category: 'productivity/notes',
    main: 'main.js',
    runtime: 'node',
    ...facts,
  });
}

export function receiptOf(root: string, name: string, files: Files, version = '1.0.0'): Receipt {
  return receipt.parse({
    type: 'udos/receipt@1',
    root,
    name,
    version,
    registry,
    integrity: integrityOf(name + version),
    files: Object.fromEntries(
      Object.entries(files).map(([file, text]) => [
        file.replace('!', ''),
        {
          size: Buffer.byteLength(text),
          sha256: createHash('sha256').update(text).digest('hex'),
          executable: file.endsWith('!'),
        },
      ]),
    ),
  });
}

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name.replace('!', ''));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    await chmod(file, name.endsWith('!') ? 0o755 : 0o644);
  }
}

/** Every entry below `folder`: what it is, its mode and its bytes. */
export async function treeOf(folder: string, inside = ''): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const name of (await readdir(path.join(folder, inside))).sort()) {
    const entry = path.join(inside, name);
    const full = path.join(folder, entry);
    const found = await lstat(full);
    const mode = (found.mode & 0o777).toString(8);
    if (found.isDirectory()) Object.assign(tree, { [`${entry}/`]: '' }, await treeOf(folder, entry));
    else if (found.isSymbolicLink()) tree[entry] = `link ${await readlink(full)}`;
    else tree[entry] = `${mode} ${await readFile(full, 'utf8')}`;
  }
  return tree;
}

export interface Machine {
  readonly folder: string;
  readonly paths: RootPaths;
  readonly receiptsFolder: string;
  readonly ecosystem: string;
  install(name: string, files: Files, facts?: Partial<Record<keyof Manifest, unknown>>): InstallChange;
  readonly historyFolder: string;
  apply(changes: readonly InstallChange[], more?: More): Promise<void>;
  recover(onStep?: Transaction['onStep']): ReturnType<typeof recoverTransaction>;
  projectFiles(project: string | null, lock: string | null): NewFile[];
  /** The state `number`, as `more` takes it. */
  history(number: number, project: string | null, lockfile: string | null): HistoryEntry;
}

/** What a file is to be, over whatever it is when the transaction begins. */
type NewFile = Omit<ProjectFileChange, 'before'>;
type More = Partial<Omit<Transaction, 'files'>> & { readonly files?: readonly NewFile[] };

/** A home and a root below `folder`. */
export function machine(folder: string, kind: 'project' | 'global' = 'project'): Machine {
  const home = homePaths(path.join(folder, 'home'));
  const root = path.join(folder, 'root');
  const paths = kind === 'global' ? globalPaths(root) : projectPaths(root);
  const place = {
    paths,
    receiptsFolder: home.receipts(root),
    historyFolder: home.history(root),
    ecosystem: home.ecosystem,
  };
  return {
    folder,
    ...place,
    install: (name, files, facts = {}) => ({
      plugin: plugin(name),
      install: {
        receipt: receiptOf(root, name, files, facts.version as string | undefined),
        unpack: (target) => writeFiles(target, files),
        shim: { manifest: manifestOf(name, facts), published },
      },
    }),
    apply: async (changes, { files = [], ...more } = {}) =>
      applyTransaction({
        ...place,
        changes,
        files: await Promise.all(
          files.map(async (file) => ({ ...file, before: await textIfAny(file.file) })),
        ),
        history: null,
        host:
          kind === 'global'
            ? { ecosystem: home.ecosystem, clock: { now: () => new Date('2026-11-24T08:00:00Z') } }
            : undefined,
        refuseIfLost: () => undefined,
        ...more,
      }),
    recover: (onStep) => recoverTransaction({ ...place, refuseIfLost: () => undefined, onStep }),
    projectFiles: (project, lock) => [
      { file: paths.projectFile, bytes: project },
      { file: paths.lockfile, bytes: lock },
    ],
    history: (number, project, lockfile) => ({
      ...{ type: 'udos/history@1', number, root, time: published, command: 'udos update' },
      ...{ project, lockfile, left: null },
    }),
  };
}

async function textIfAny(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}

export function plugin(name: string): PluginName {
  return parsePluginName(name);
}

/** Settles when `work` comes to its `n`-th step, and leaves it hanging there for ever: what a kill looks like to the disk. */
export async function crashAt(
  n: number,
  work: (onStep: () => Promise<void>) => Promise<unknown>,
): Promise<'crashed' | 'ended'> {
  let steps = 0;
  return new Promise((resolve, reject) => {
    work(async () => {
      steps += 1;
      if (steps < n) return;
      resolve('crashed');
      await new Promise(() => undefined);
    }).then(() => resolve('ended'), reject);
  });
}
