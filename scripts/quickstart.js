// The whole life of a plugin, on a scratch copy of the starter registry, in a scratch folder and home: nothing outside of
// them is touched, and no network is used. Each command is printed before it runs.
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commitChanges, initRepository, writeWorkTree } from '../dist/src/primitives/git/index.js';

const here = path.resolve(import.meta.dirname, '..');
const scratch = await mkdtemp(path.join(tmpdir(), 'udos-quickstart-'));
const home = path.join(scratch, 'home');
const registry = path.join(scratch, 'registry');
const project = path.join(scratch, 'project');
const root = path.join(home, 'root');

try {
  await mkdir(project);
  await prepareRegistry();

  say('The starter registry, copied and checkpointed anew so that it never expires:');
  const { stdout } = udos(registry, 'registry', 'checkpoint');
  show(stdout);
  const id = JSON.parse(udosQuietly(registry, 'registry', 'check', '--json')).registry;

  say('A project that knows the registry by its id, so nobody can put another in its place:');
  show(udos(project, 'init').stdout);
  show(udos(project, 'registry', 'add', 'starter', '../registry', '--id', id).stdout);
  show(udos(project, 'search', 'notes').stdout);

  say('Add a plugin. What it depends on comes along:');
  show(udos(project, 'add', 'udos/notes@^1.0.0', '--yes').stdout);
  show(udos(project, 'list', '--tree').stdout);

  say('The lockfile pins exactly that, for the whole team:');
  show(await readFile(path.join(project, 'udos-lock.json'), 'utf8'));
  show(udos(project, 'install', '--frozen').stdout);
  show(udos(project, 'verify').stdout);

  say('Move to the newest versions, and see what is new:');
  show(udos(project, 'outdated').stdout);
  show(udos(project, 'update', '--latest', '--yes').stdout);

  say('Remove it. Nothing is left behind:');
  show(udos(project, 'remove', 'udos/notes').stdout);
  show((await readdir(project)).join('\n'));

  say('Install a plugin for this machine, and run it as the uDOS host does:');
  show(udos(scratch, 'registry', 'add', 'starter', registry, '--id', id).stdout);
  show(udos(scratch, 'add', '--global', 'udos/monitor', '--yes').stdout);
  const entry = path.join(root, 'usr', 'share', 'udos', 'plugins', 'community', 'udos--monitor', 'index.js');
  show(run('node', process.execPath, [entry, 'snapshot'], scratch).stdout);
  show(udos(scratch, 'remove', '--global', 'udos/monitor').stdout);

  say('That was all of it. README.md and docs/ say what comes next.');
} finally {
  await rm(scratch, { recursive: true, force: true });
}

/** Makes a repository of the starter registry's files: all of them published, the contributed ones on main. */
async function prepareRegistry() {
  const source = path.join(here, 'registry-index');
  const published = new Map();
  for (const file of await readdir(source, { recursive: true, withFileTypes: true })) {
    const full = path.join(file.parentPath ?? file.path, file.name);
    const name = path.relative(source, full).split(path.sep).join('/');
    if (file.isFile() && !name.startsWith('source/')) published.set(name, await readFile(full));
  }
  const isGenerated = (name) => /(^|\/)SHA256SUMS$|^catalog\/|^trust\/(log\/|checkpoint\.json)/.test(name);
  const main = new Map([...published].filter(([name]) => !isGenerated(name)));
  const repository = await initRepository({ folder: registry, bare: false });
  const request = {
    parents: [],
    base: undefined,
    expected: undefined,
    message: 'The starter registry',
    author: { name: 'quickstart', email: 'quickstart@localhost' },
    seconds: Math.floor(Date.now() / 1000),
  };
  await commitChanges(repository, { ...request, ref: 'refs/heads/main', changes: main });
  await commitChanges(repository, { ...request, ref: 'refs/heads/published', changes: published });
  await writeWorkTree(repository, main);
  await mkdir(path.join(home, 'keys'), { recursive: true, mode: 0o700 });
  for (const key of ['demo.key', 'demo.pub']) {
    await cp(path.join(here, 'fixtures', 'keys', key), path.join(home, 'keys', key));
  }
}

function udos(folder, ...args) {
  return run('udos', process.execPath, [path.join(here, 'bin', 'run.js'), ...args], folder, args);
}

function udosQuietly(folder, ...args) {
  return run(undefined, process.execPath, [path.join(here, 'bin', 'run.js'), ...args], folder).stdout;
}

function run(name, program, args, cwd, shown = args) {
  if (name !== undefined)
    process.stdout.write(`\n  $ ${[name, ...shown].join(' ').replaceAll(scratch, '.')}\n`);
  const env = { ...process.env, UDOS_HOME: home, NO_COLOR: '1' };
  for (const variable of Object.keys(env)) {
    if (/^UDOS_(ROOT|VERSION|OFFLINE|KEY_PASSWORD|TOKEN_)/.test(variable)) delete env[variable];
  }
  const result = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  if (result.status === 0) return result;
  process.stdout.write(`${result.stdout}${result.stderr}\nThis step failed with status ${result.status}.\n`);
  process.exitCode = 1;
  throw new Error('quickstart failed');
}

function say(text) {
  process.stdout.write(`\n${text}\n`);
}

function show(text) {
  for (const line of text.trimEnd().split('\n'))
    process.stdout.write(`    ${line.replaceAll(scratch, '.')}\n`);
}
