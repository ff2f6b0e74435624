// Rebuilds registry-index/ from registry-index/source/: publishes every version in order with the demo keys, at fixed
// times, and checks the result as a client. The same sources give the same bytes. `--check` only compares.
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { homePaths, type Context } from '../src/context/index.js';
import { initRegistry } from '../src/operations/registry-init.js';
import { checkRegistry } from '../src/operations/registry-check.js';
import { publish } from '../src/operations/publish.js';
import { writeConfig } from '../src/operations/steps/config.js';
import { publishedTree } from '../src/operations/steps/index-workspace.js';
import { writeFileAtomic } from '../src/primitives/fs/index.js';
import type { Alias } from '../src/model/names.js';

const here = path.resolve(import.meta.dirname, '..');
const target = path.join(here, 'registry-index');
const rootDays = 3652;

/** In the order and at the times they came out. Dependencies come first. */
const releases = [
  ['markdown', '1.0.0', '2026-09-01T09:00:00Z'],
  ['monitor', '1.0.0', '2026-09-01T10:00:00Z'],
  ['notes', '1.0.0', '2026-09-02T09:00:00Z'],
  ['markdown', '1.1.0', '2026-10-01T09:00:00Z'],
  ['notes', '1.1.0', '2026-10-02T09:00:00Z'],
  ['monitor', '1.1.0', '2026-10-15T09:00:00Z'],
  ['notes', '2.0.0', '2026-11-10T09:00:00Z'],
] as const;

const base = await mkdtemp(path.join(tmpdir(), 'udos-starter-'));
try {
  const built = await build(base);
  if (process.argv.includes('--check')) await compare(built);
  else await replace(built);
} finally {
  await rm(base, { recursive: true, force: true });
}

async function build(folder: string): Promise<Map<string, Uint8Array>> {
  const index = path.join(folder, 'index');
  await cp(path.join(here, 'fixtures', 'keys', 'demo.key'), path.join(folder, 'home', 'keys', 'demo.key'));
  await cp(path.join(here, 'fixtures', 'keys', 'demo.pub'), path.join(folder, 'home', 'keys', 'demo.pub'));
  const registry = await initRegistry(contextAt(folder, '2026-09-01T08:00:00Z'), {
    folder: index,
    name: 'starter',
    description: 'Plugins to begin with: a system monitor, and notes. Signed with published demo keys.',
    publisher: 'udos',
    key: undefined,
    rootDays,
  });
  const entry = { url: index, id: registry.id, mirrors: [] };
  await writeConfig(contextAt(folder, releases[0][2]), {
    registries: { ['starter' as Alias]: entry },
    bindings: { ['starter' as Alias]: { id: registry.id, place: index, internal: false } },
  });
  for (const [name, version, time] of releases) {
    const source = path.join(target, 'source', name, version);
    const options = {
      folder: source,
      registry: undefined,
      keys: [],
      url: undefined,
      branch: false,
      dryRun: false,
    } as const;
    const result = await publish(contextAt(folder, time), options);
    console.log(`${result.name} ${result.version} ${result.integrity}`);
  }
  await checkRegistry(contextAt(folder, '2026-11-11T00:00:00Z'), { index });
  const tree = await publishedTree(index);
  if (tree === undefined) throw new Error('the starter registry was not published');
  return new Map(await tree.read(tree.paths));
}

function contextAt(folder: string, time: string): Context {
  return {
    clock: { now: () => new Date(time) },
    env: {},
    cwd: folder,
    home: homePaths(path.join(folder, 'home')),
    prompts: {
      interactive: false,
      confirm: () => Promise.reject(new Error('the starter registry asks nothing')),
      password: () => Promise.reject(new Error('the demo keys have no password')),
    },
    reporter: { step: () => undefined, warn: (text) => console.error(text) },
    offline: true,
    signal: new AbortController().signal,
    conceal: () => undefined,
  };
}

async function replace(built: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const entry of await readdir(target)) {
    if (entry !== 'source') await rm(path.join(target, entry), { recursive: true });
  }
  for (const [file, bytes] of built) await writeFileAtomic(path.join(target, file), bytes);
  console.log(`registry-index/ is rebuilt: ${built.size} files.`);
}

async function compare(built: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [file, bytes] of built) {
    const committed = await readFile(path.join(target, file)).catch(() => undefined);
    if (committed === undefined || Buffer.compare(committed, bytes) !== 0) {
      throw new Error(`registry-index/${file} is not what its sources give. Run: npm run starter`);
    }
  }
  console.log(`registry-index/ is what its sources give: ${built.size} files.`);
}
