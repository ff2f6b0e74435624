import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { machine, plugin, published, temporaryFolder, type Machine } from './world.js';

const echo = `console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = Number(process.argv[2]);\n`;
const shellEcho = `#!/bin/sh\nfor each in "$@"; do printf '<%s>' "$each"; done\nexit "$1"\n`;

describe('the files for the uDOS host', () => {
  const temporary = temporaryFolder();
  let count = 0;
  let here: Machine;
  const community = (name: string, file: string) => path.join(here.paths.community(plugin(name)), file);
  const ecosystem = async () =>
    JSON.parse(await readFile(here.ecosystem, 'utf8')) as {
      plugins: Record<string, Record<string, unknown>>;
      updated: string;
    };

  beforeEach(() => {
    count += 1;
    here = machine(path.join(temporary.path, `machine ${count}`), 'global');
  });

  it('are not made for a project', async () => {
    here = machine(here.folder, 'project');
    await here.apply([here.install('ada/notes', { 'main.js': echo })]);
    await assert.rejects(readFile(community('ada/notes', 'manifest.json')));
    await assert.rejects(readFile(here.ecosystem));
  });

  it('tell the host what it wants to know, in its own words', async () => {
    const facts = {
      dependencies: { 'ada/zeta': '^1.0.0', 'ada/base': '^1.0.0' },
      permissions: ['fs:read:notes/**'],
      author: 'Ada',
    };
    await here.apply([here.install('ada/notes', { 'main.js': echo }, facts)]);
    const manifest = {
      id: 'ada--notes',
      name: 'ada/notes',
      version: '1.0.0',
      description: 'What ada/notes does',
      type: 'community',
      author: 'Ada',
      created: published,
      dependencies: ['ada--base', 'ada--zeta'],
      permissions: ['fs:read:notes/**'],
      main: 'index.js',
    };
    assert.deepEqual(JSON.parse(await readFile(community('ada/notes', 'manifest.json'), 'utf8')), manifest);
    const now = '2026-11-24T08:00:00Z';
    assert.deepEqual(await ecosystem(), {
      plugins: {
        'ada--notes': { ...manifest, path: here.paths.community(plugin('ada/notes')), installed: now },
      },
      updated: now,
    });
  });

  it('keep everything in the list that is not ours', async () => {
    await mkdir(path.dirname(here.ecosystem), { recursive: true });
    const foreign = { id: 'mine', stars: 4.5, __proto__x: null };
    await writeFile(here.ecosystem, JSON.stringify({ theme: 'dark', plugins: { mine: foreign } }));
    await here.apply([here.install('ada/notes', { 'main.js': echo })]);

    const edited = await ecosystem();
    edited.plugins['ada--notes']!.enabled = false;
    await writeFile(here.ecosystem, JSON.stringify(edited));
    await here.apply([here.install('ada/notes', { 'main.js': echo }, { version: '1.1.0' })]);
    const updated = await ecosystem();
    assert.equal(updated.plugins['ada--notes']!.enabled, false);
    assert.equal(updated.plugins['ada--notes']!.version, '1.1.0');

    await here.apply([{ plugin: plugin('ada/notes') }]);
    assert.deepEqual(await ecosystem(), {
      theme: 'dark',
      plugins: { mine: foreign },
      updated: '2026-11-24T08:00:00Z',
    });
  });

  it('leave an entry alone that belongs to another root', async () => {
    await here.apply([here.install('ada/notes', { 'main.js': echo })]);
    const list = await ecosystem();
    list.plugins['ada--notes']!.path = '/another/root';
    await writeFile(here.ecosystem, JSON.stringify(list));
    await here.apply([{ plugin: plugin('ada/notes') }]);
    assert.deepEqual(await ecosystem(), list);
  });

  for (const runtime of ['node', 'sandbox']) {
    it(`run a plugin of the runtime ${runtime} with its arguments and pass on its exit code`, async () => {
      await here.apply([
        here.install('ada/notes', { 'lib/main.js': echo }, { runtime, main: 'lib/main.js' }),
      ]);
      const args = ['7', 'two words', '$HOME "quoted"', ''];
      const run = spawnSync(process.execPath, [community('ada/notes', 'index.js'), ...args], {
        encoding: 'utf8',
      });
      assert.deepEqual(JSON.parse(run.stdout), args);
      assert.equal(run.status, 7);
    });
  }

  it('pass on the signal that ended a plugin', async () => {
    await here.apply([here.install('ada/notes', { 'main.js': "process.kill(process.pid, 'SIGKILL');" })]);
    const run = spawnSync(process.execPath, [community('ada/notes', 'index.js')]);
    assert.equal(run.signal, 'SIGKILL');
  });

  it('hand a signal to the plugin, which may answer it', async () => {
    const main = `process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000); console.log('up');`;
    await here.apply([here.install('ada/notes', { 'main.js': main })]);
    const child = spawn(process.execPath, [community('ada/notes', 'index.js')]);
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [9, null]);
  });

  describe('of a shell plugin', () => {
    const args = ['5', 'two words', '$HOME "quoted"', ''];
    const shown = '<5><two words><$HOME "quoted"><>';

    for (const isExecutable of [true, false]) {
      it(`run it from anywhere, ${isExecutable ? 'executable' : 'not executable'}`, async () => {
        const main = isExecutable ? 'bin/run!' : 'bin/run';
        await here.apply([
          here.install('ada/notes', { [main]: shellEcho }, { runtime: 'shell', main: 'bin/run' }),
        ]);
        const folder = here.paths.community(plugin('ada/notes'));
        const runs = [
          spawnSync(path.join(folder, 'plugin.sh'), args, { encoding: 'utf8', cwd: '/' }),
          spawnSync('./plugin.sh', args, { encoding: 'utf8', cwd: folder }),
          spawnSync('/bin/sh', ['plugin.sh', ...args], { encoding: 'utf8', cwd: folder }),
          spawnSync('../ada--notes/plugin.sh', args, { encoding: 'utf8', cwd: folder }),
          spawnSync(process.execPath, [path.join(folder, 'index.js'), ...args], {
            encoding: 'utf8',
            cwd: '/',
          }),
        ];
        for (const run of runs) assert.deepEqual([run.stdout, run.status, run.stderr], [shown, 5, '']);
      });
    }

    it('become those of a node plugin when the runtime changes', async () => {
      await here.apply([here.install('ada/notes', { run: shellEcho }, { runtime: 'shell', main: 'run' })]);
      await here.apply([here.install('ada/notes', { 'main.js': echo })]);
      await assert.rejects(readFile(community('ada/notes', 'plugin.sh')));
      await chmod(community('ada/notes', 'index.js'), 0o755);
    });
  });
});
