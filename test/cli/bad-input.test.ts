import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorCodes, exitStatus, type ErrorCode } from '../../src/errors/index.js';
import type { Machine, Result } from '../kit/machine.js';
import { scenario, type World } from '../kit/scenario.js';
import { badInputs, type BadInput } from './bad-inputs.js';

/** How many commands run at the same time, each on a machine of its own. */
const lanes = 3;

interface Outcome extends Result {
  /** What is not as it was before; undefined when all is. */
  readonly changed: unknown;
}

describe('bad input', () => {
  const outcomes = new Map<BadInput, Promise<Outcome>>();
  let world: World;

  before(async () => {
    world = await scenario()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/notes', '1.0.0');
      })
      .build();
    const crews = await Promise.all(
      Array.from({ length: lanes }, (_, lane) => makeCrew(world, `lane ${lane}`)),
    );
    startAll(crews, world, outcomes);
  });

  after(async () => {
    await Promise.allSettled(outcomes.values());
    await world.end();
  });

  for (const row of badInputs) {
    it(`udos ${row.args.join(' ')}${row.on === 'project' ? '' : ` (${row.on})`}: ${row.why}`, async () => {
      const result = await outcomes.get(row)!;
      const said = `${result.stdout}\n${result.stderr}`;
      assert.equal(result.status, exitStatus[errorCodes[row.code]], said);
      assert.equal(result.stdout, '', 'a failure prints nothing on stdout');
      assert.match(result.stderr, shapeOf(row.code));
      assert.equal(result.changed, undefined);
    });
  }

  it('under --json, is one document on stdout and nothing on stderr', async () => {
    const machine = await makeProject(world, 'json');
    for (const row of badInputs.filter((one, at) => one.on === 'project' && at % 9 === 0)) {
      const result = await machine.run(...argumentsOf(row, world), '--json').failsWith(row.code);
      assert.equal(result.stderr, '');
      const document = JSON.parse(result.stdout) as { error: Record<string, unknown> };
      assert.deepEqual(Object.keys(document), ['error']);
      assert.deepEqual(Object.keys(document.error), ['code', 'message', 'hint', 'data']);
      assert.equal(document.error.code, row.code);
      assert.equal(typeof document.error.message, 'string');
      assert.equal(typeof document.error.hint, 'string');
      assert.equal(typeof document.error.data, 'object');
    }
  });
});

/** One error with its code, one hint, and where the manual explains it: nothing else. */
function shapeOf(code: ErrorCode): RegExp {
  return new RegExp(
    `^error: [^\\n]+(\\n  [^\\n]+)* \\[${code}\\]\\nhint: [^\\n]+\\nsee docs/errors\\.md#${code.toLowerCase()}\\n$`,
  );
}

type Crew = Readonly<Record<BadInput['on'], Machine>>;

/** Each crew takes the next row until none is left. */
function startAll(crews: readonly Crew[], world: World, outcomes: Map<BadInput, Promise<Outcome>>): void {
  const ends: Promise<unknown>[] = crews.map(() => Promise.resolve());
  for (const [at, row] of badInputs.entries()) {
    const lane = at % crews.length;
    const crew = crews[lane]!;
    const outcome = ends[lane]!.then(() => runRow(crew[row.on], row, world));
    outcomes.set(row, outcome);
    ends[lane] = outcome.catch(() => undefined);
  }
}

async function runRow(machine: Machine, row: BadInput, world: World): Promise<Outcome> {
  const before = snapshot(machine);
  const run = machine.run(...argumentsOf(row, world));
  const result = await run.result;
  let changed: unknown;
  try {
    machine.expectUnchanged('lockfile', 'project', 'installed', 'store', 'trust', 'receipts');
    assert.deepEqual(snapshot(machine), before);
  } catch (error) {
    changed = error;
  }
  return { ...result, changed };
}

function argumentsOf(row: BadInput, world: World): string[] {
  const places: Readonly<Record<string, string>> = {
    ID: world.registry('main').id,
    REPOSITORY: world.url('main', 'local repository'),
  };
  return row.args.map((arg) => arg.replace(/\{([A-Z]+)\}/g, (_, name: string) => places[name] ?? name));
}

/** The names of all files of the project, and what the user has set. */
function snapshot(machine: Machine): unknown {
  return {
    files: readdirSync(machine.project, { recursive: true }).sort(),
    settings: readIfAny(path.join(machine.home, 'config.json')),
    keys: namesIn(path.join(machine.home, 'keys')),
    registries: namesIn(path.join(machine.home, 'registries')),
  };
}

async function makeCrew(world: World, name: string): Promise<Crew> {
  const project = await makeProject(world, `${name} project`);
  const nothing = world.newMachine(`${name} nothing`);
  const broken = world.newMachine(`${name} broken`);
  broken.write('udos.json', '{ "plugins": { "ada/notes": "^1.0.0" }, "plugin": {} }\n');
  return { project, 'no project': nothing, 'broken project': broken };
}

/** A project with one plugin, a key that may sign nothing, and files that are not what they should be. */
async function makeProject(world: World, name: string): Promise<Machine> {
  const machine = world.newMachine(name);
  await world.begin('main', 'local repository', machine);
  await machine.run('add', 'ada/notes').succeeds();
  await machine.run('key', 'generate', 'stranger', '--no-password').succeeds();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(machine.at(file)), { recursive: true });
    writeFileSync(machine.at(file), text);
  }
  return machine;
}

const manifest = {
  name: 'ada/notes',
  version: '1.0.0',
  description: 'Notes.',
  license: 'MIT',
  category: 'productivity/notes',
  main: 'index.js',
  runtime: 'node',
};

const files: Readonly<Record<string, string>> = {
  'a-file': 'not what you expect\n',
  'plugins/same/udos-plugin.json': JSON.stringify(manifest),
  'plugins/same/index.js': '',
  'plugins/new/udos-plugin.json': JSON.stringify({ ...manifest, version: '1.1.0' }),
  'plugins/new/index.js': '',
  'plugins/foreign/udos-plugin.json': JSON.stringify({ ...manifest, name: 'eve/notes' }),
  'plugins/foreign/index.js': '',
  'plugins/no-main/udos-plugin.json': JSON.stringify(manifest),
  'plugins/no-json/udos-plugin.json': 'name: ada/notes\n',
  'plugins/escape/udos-plugin.json': JSON.stringify({ ...manifest, description: 'red \u001b[31m' }),
  'plugins/escape/index.js': '',
  'plugins/license/udos-plugin.json': JSON.stringify({ ...manifest, license: 'as you like' }),
  'plugins/license/index.js': '',
};

function readIfAny(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
