import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorCodes, exitStatus, type ErrorCode } from '../../src/errors/index.js';
import type { Machine } from '../kit/machine.js';
import { scenario, type World } from '../kit/scenario.js';
import { badInputs, type BadInput } from './bad-inputs.js';

describe('bad input', () => {
  let world: World;
  let machines: Readonly<Record<BadInput['on'], Machine>>;

  before(async () => {
    world = await scenario()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/notes', '1.0.0');
      })
      .build();
    const broken = world.newMachine('broken');
    broken.write('udos.json', '{ "plugins": { "ada/notes": "^1.0.0" }, "plugin": {} }\n');
    machines = {
      project: await makeProject(world),
      'no project': world.newMachine('nothing'),
      'broken project': broken,
    };
  });

  after(() => world.end());

  for (const row of badInputs) {
    const place = row.on === 'project' ? '' : ` (${row.on})`;
    it(`udos ${row.args.map(printed).join(' ')}${place}: ${row.why}`, async () => {
      const machine = machines[row.on];
      const before = everything(machine);
      const result = await machine.run(...argumentsOf(row, world)).result;
      assert.equal(result.status, exitStatus[errorCodes[row.code]], `${result.stdout}\n${result.stderr}`);
      assert.equal(result.stdout, '', 'a failure prints nothing on stdout');
      assert.match(result.stderr, shapeOf(row.code));
      assert.deepEqual(everything(machine), before);
    });
  }

  it('ends the process with that status, and under --json with one document on stdout alone', async () => {
    for (const row of badInputs.filter((_, at) => at % 15 === 0)) {
      const run = machines[row.on].start(...argumentsOf(row, world), '--json');
      const { stdout, stderr } = await run.failsWith(row.code);
      assert.equal(stderr, '');
      const document = JSON.parse(stdout) as { error: Record<string, unknown> };
      assert.deepEqual(Object.keys(document), ['error']);
      const { code, message, hint, data, ...rest } = document.error;
      assert.deepEqual([code, typeof message, typeof hint, typeof data], [row.code, ...shapeOfDocument]);
      assert.deepEqual(rest, {});
    }
  });
});

const shapeOfDocument = ['string', 'string', 'object'];

/** One error with its code, one hint, and where the manual explains it: nothing else. */
function shapeOf(code: ErrorCode): RegExp {
  return new RegExp(
    `^error: [^\\n]+(\\n  [^\\n]+)* \\[${code}\\]\\nhint: [^\\n]+\\nsee docs/errors\\.md#${code.toLowerCase()}\\n$`,
  );
}

function argumentsOf(row: BadInput, world: World): string[] {
  const places: Readonly<Record<string, string>> = {
    ID: world.registry('main').id,
    REPOSITORY: world.url('main', 'local repository'),
  };
  return row.args.map((arg) => arg.replace(/\{([A-Z]+)\}/g, (_, name: string) => places[name] ?? name));
}

function printed(arg: string): string {
  return /^[!-~]+$/.test(arg) ? arg : JSON.stringify(arg);
}

/** Every file of the machine with its hash, but for what udos keeps to read an index again. */
function everything(machine: Machine): unknown {
  const kept = /[/\\]registries[/\\][^/\\]+[/\\](source|workspace|trust[/\\](objects|evidence))/;
  return [machine.home, machine.project]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      namesBelow(folder)
        .filter((file) => !kept.test(file))
        .map((file) => `${file} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`),
    );
}

function namesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** A project with one plugin, a key that may sign nothing, and files that are not what they should be. */
async function makeProject(world: World): Promise<Machine> {
  const machine = world.machine;
  await world.begin('main', 'local repository');
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
  'plugins/new/udos-plugin.json': JSON.stringify({ ...manifest, version: '1.1.0' }),
  'plugins/new/index.js': '',
  'plugins/lonely/udos-plugin.json': JSON.stringify({
    ...{ ...manifest, version: '1.2.0', dependencies: { 'ada/nowhere': '*' } },
  }),
  'plugins/lonely/index.js': '',
  'plugins/hasty/udos-plugin.json': JSON.stringify({
    ...{ ...manifest, name: 'ada/hasty', dependencies: { 'ada/notes': '^9.0.0' } },
  }),
  'plugins/hasty/index.js': '',
  'plugins/foreign/udos-plugin.json': JSON.stringify({ ...manifest, name: 'eve/notes' }),
  'plugins/foreign/index.js': '',
  'plugins/no-main/udos-plugin.json': JSON.stringify(manifest),
  'plugins/no-json/udos-plugin.json': 'name: ada/notes\n',
  'plugins/escape/udos-plugin.json': JSON.stringify({ ...manifest, description: 'red \u001b[31m' }),
  'plugins/escape/index.js': '',
  'plugins/license/udos-plugin.json': JSON.stringify({ ...manifest, license: 'as you like' }),
  'plugins/license/index.js': '',
};
