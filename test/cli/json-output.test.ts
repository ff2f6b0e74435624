import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { findOutputDrift } from '../../scripts/output-schemas.js';
import { scenario, type World } from '../kit/scenario.js';

const repository = path.resolve(import.meta.dirname, '../..');
const schemas = path.join(repository, 'schemas', 'output');

describe('what commands print under --json', () => {
  const ajv = new Ajv2020({ allErrors: true });
  const seen = new Set<string>();
  let world: World;

  before(async () => {
    world = await scenario().build();
  });

  after(() => world.end());

  /** Runs a command that must succeed, and holds its answer against its schema. */
  async function json(command: string, ...args: readonly string[]): Promise<Record<string, unknown>> {
    const { stdout, stderr } = await world.run(...command.split(' '), ...args, '--json').succeeds();
    assert.equal(stderr, '', command);
    const document = JSON.parse(stdout) as Record<string, unknown>;
    fits(command.replaceAll(' ', '-'), document);
    seen.add(command);
    return document;
  }

  function fits(name: string, document: unknown): void {
    const file = path.join(schemas, `${name}.schema.json`);
    const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
    ajv.removeSchema();
    assert.ok(validate(document), `${name}: ${ajv.errorsText(validate.errors)}`);
  }

  it('is described by schemas/output/, from the types of the results', () => {
    assert.deepEqual(findOutputDrift(), [], 'run `npm run schemas` and commit the result');
  });

  it('fits while an owner makes a registry', async () => {
    const key = await json('key generate', 'default', '--no-password');
    const { keys } = await json('key list');
    assert.deepEqual(keys, [key]);
    const made = await json('registry init', 'index', '--publisher', 'ada');
    const granted = await json('registry publisher add', 'bob', '--index', 'index');
    const signed = await json('registry sign', path.join('index', String(granted.file)), '--yes');
    assert.match(String(signed.comment), /publisher@1/);
    await json('registry check', '--index', 'index');
    await json('registry checkpoint', '--index', 'index');
    await json('key generate', 'second', '--no-password');
    // Of its own: a root that waits is warned of.
    await json('registry init', 'other', '--key', 'default');
    const rotated = await json('registry rotate', '--index', 'other', '--add', 'witness=second', '--yes');
    assert.equal(rotated.state, 'published');
    const waiting = ['--add', 'root=second', '--threshold', 'root=2', '--key', 'default', '--yes'];
    assert.equal((await json('registry rotate', '--index', 'other', ...waiting)).state, 'proposed');
    await json('registry sign', path.join('other', 'trust/root/3.json'), '--key', 'second', '--yes');
    await json('init');
    await json('registry add', 'main', './index', '--id', String(made.id));
    await json('registry list');
    await json('registry show', 'main');
    await json('registry sync');
  });

  it('fits while an author publishes', async () => {
    await json('plugin init', 'ada/base');
    await json('plugin check', 'base');
    await json('plugin pack', 'base');
    assert.equal((await json('publish', 'base', '--dry-run')).state, 'dry-run');
    assert.equal((await json('publish', 'base')).state, 'published');
    await json('plugin init', 'ada/notes');
    edit('notes/udos-plugin.json', (manifest) => {
      manifest.dependencies = { 'ada/base': '^0.1.0' };
      manifest.permissions = ['fs:read:notes/**'];
    });
    await json('publish', 'notes');
    edit('notes/udos-plugin.json', (manifest) => {
      manifest.version = '0.1.1';
    });
    edit('base/udos-plugin.json', (manifest) => {
      manifest.version = '0.2.0';
    });
    await json('publish', 'base');
    assert.equal((await json('publish', 'notes', '--branch', 'notes-0.1.1')).state, 'proposed');
  });

  it('fits while a user works', async () => {
    await json('add', 'ada/notes', '--dry-run');
    const { plan } = await json('add', 'ada/notes');
    assert.deepEqual(
      (plan as { changes: { kind: string; from: unknown }[] }).changes.map(({ kind, from }) => [kind, from]),
      [
        ['add', null],
        ['add', null],
      ],
    );
    await json('list');
    await json('info', 'ada/notes');
    await json('search', 'notes');
    await json('versions', 'ada/base');
    await json('outdated');
    await json('lock diff');
    await json('lock merge', 'udos-lock.json', 'udos-lock.json', 'udos-lock.json');
    await json('why', 'ada/base');
    await json('verify');
    assert.equal((await json('doctor')).healthy, true);
    await json('store check');
    await json('store prune', '--dry-run');
    await json('publish', 'notes');
    await json('yank', 'ada/base@0.2.0', '--reason', 'broken');
    await json('update');
    await json('install');
    await json('install', '--repair', '--dry-run');
    await json('registry show', 'main', '--offline');
    await json('registry sync');
    await json('key generate', 'next', '--no-password');
    const { fingerprint } = await json('key generate', 'lost', '--no-password');
    await json('registry revoke', String(fingerprint), '--reason', 'lost', '--index', 'index', '--yes');
    await json('key rotate', 'ada', '--new', 'next', '--yes');
    await json('registry publisher recover', 'bob', '--new', 'next', '--index', 'index', '--yes');
    await json('search', 'notes', '--offline');
    // The head has moved: what an offline rollback needs of it is read here.
    await json('verify');
    await json('remove', 'ada/notes');
    await json('rollback', '--list');
    await json('rollback', '--dry-run');
    await json('rollback');
    await json('remove', 'ada/notes');
    await json('registry remove', 'main');
  });

  it('fits when a command fails', async () => {
    const { stdout } = await world.run('why', 'ada/notes', '--json').failsWith('NOT_INSTALLED');
    fits('error', JSON.parse(stdout));
  });

  it('was looked at for every command', () => {
    const described = readdirSync(schemas).map((file) => file.replace('.schema.json', ''));
    const commands = [...seen].map((command) => command.replaceAll(' ', '-'));
    assert.deepEqual([...commands, 'error'].sort(), described.sort());
  });

  function edit(file: string, change: (manifest: Record<string, unknown>) => void): void {
    const manifest = JSON.parse(world.machine.read(file)) as Record<string, unknown>;
    change(manifest);
    world.machine.write(file, JSON.stringify(manifest));
  }
});
