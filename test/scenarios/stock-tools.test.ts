import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { homePaths, type Context } from '../../src/context/index.js';
import { pluginDocument, publisherDocument, root as rootFormat } from '../../src/model/formats/index.js';
import { initPlugin } from '../../src/operations/plugin-init.js';
import { publish } from '../../src/operations/publish.js';
import { addRegistry } from '../../src/operations/registry-add.js';
import { initRegistry } from '../../src/operations/registry-init.js';
import { generateKey } from '../../src/operations/steps/keys.js';
import { git, makeSandbox, type Sandbox } from '../kit/git-cli.js';

/** Somebody in the folder `cwd` whose state lies in `home`: no terminal, an empty environment, the real clock. */
function contextAt(cwd: string, home: string): Context {
  return {
    clock: { now: () => new Date() },
    env: {},
    cwd,
    home: homePaths(home),
    prompts: {
      interactive: false,
      confirm: () => Promise.resolve(true),
      password: () => Promise.resolve('pw'),
    },
    reporter: { step: () => undefined, warn: () => undefined },
    offline: false,
    signal: new AbortController().signal,
    conceal: () => undefined,
  };
}

describe('an index that udos writes', () => {
  let sandbox: Sandbox;
  let index: string;
  let id: string;

  before(async () => {
    sandbox = makeSandbox();
    const context = contextAt(sandbox.folder, sandbox.at('home'));
    await generateKey(context, { name: 'default', noPassword: true });
    const made = await initRegistry(context, {
      folder: 'index',
      name: 'Ours',
      description: undefined,
      publisher: 'ada',
      key: undefined,
      rootDays: 365,
    });
    id = made.id;
    await addRegistry(context, {
      alias: 'ours',
      url: made.folder,
      id,
      mirrors: [],
      internal: false,
      place: {},
    });
    const plugin = await initPlugin(context, 'ada/notes', undefined);
    await publish(context, {
      folder: plugin.folder,
      registry: undefined,
      keys: [],
      url: undefined,
      branch: false,
      dryRun: false,
    });
    index = sandbox.at('published');
    git(made.folder, 'worktree', 'add', '--quiet', '--detach', index, 'published');
  });

  after(() => {
    sandbox.remove();
  });

  async function filesNamed(pattern: RegExp): Promise<string[]> {
    const all = await readdir(index, { recursive: true });
    const found = all.filter((file) => pattern.test(file)).sort();
    assert.ok(found.length > 0, `no file is like ${String(pattern)}`);
    return found;
  }

  function run(program: string, args: readonly string[], cwd = index): string {
    return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  function readJson(file: string): Record<string, unknown> {
    return JSON.parse(readFileSync(path.join(index, file), 'utf8')) as Record<string, unknown>;
  }

  /** Every public key that any file of the index lists. */
  async function listedKeys(): Promise<Map<string, string>> {
    const keys = new Map<string, string>();
    for (const file of await filesNamed(/^trust\/root\/[0-9]+\.json$|\/publisher\/[0-9]+\.json$/)) {
      const format = file.startsWith('trust/') ? rootFormat : publisherDocument;
      for (const [fp, key] of Object.entries(format.parse(readJson(file)).keys))
        keys.set(fp.slice(0, 16), key);
    }
    return keys;
  }

  it('has sums in every folder that sha256sum accepts', async () => {
    const sums = await filesNamed(/(^|\/)SHA256SUMS$/);
    assert.ok(sums.length >= 8);
    for (const file of sums)
      run('sha256sum', ['--quiet', '--strict', '-c', 'SHA256SUMS'], path.join(index, path.dirname(file)));
  });

  it('has sums that sha256sum itself would write, of every file but the unlisted ones', async () => {
    const files = (await filesNamed(/./)).filter((file) => run('stat', ['-c', '%F', file]) !== 'directory');
    for (const sums of files.filter((file) => path.basename(file) === 'SHA256SUMS')) {
      const folder = path.dirname(sums);
      const listed = files
        .filter((file) => !/^(artifacts|upstreams|\.git)(\/|$)|^trust\/checkpoint\.json/.test(file))
        .map((file) => path.relative(folder, file))
        .filter((name) => !name.startsWith('..') && name !== 'SHA256SUMS' && name !== '.git')
        .filter((name) => !name.includes('/') || /^[^/]+\/SHA256SUMS$/.test(name))
        .sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
      const expected = run('sha256sum', listed, path.join(index, folder));
      assert.equal(readFileSync(path.join(index, sums), 'utf8'), `${expected}\n`, sums);
    }
  });

  it('has signatures that minisign accepts, with the trusted comments of the page', async () => {
    const keys = await listedKeys();
    for (const sidecar of await filesNamed(/\.minisig$/)) {
      const [, file = '', fp16 = ''] = /^(.*)\.([0-9a-f]{16})\.minisig$/.exec(sidecar) ?? [];
      const document = readJson(file);
      const type = String(document.type).replace('udos/', '');
      const n = Number(document.version ?? document.serial ?? document.sequence);
      const args = ['-V', '-H', '-Q', '-P', keys.get(fp16) ?? '', '-m', file, '-x', sidecar];
      assert.equal(run('minisign', args), `udos:${type} registry=${id} path=${file} n=${n}`);
    }
  });

  it('has artifacts that tar lists and minisign accepts', async () => {
    const keys = [...(await listedKeys()).values()];
    const document = pluginDocument.parse(readJson('plugins/ad/ada/notes.json'));
    for (const { urls, version, minisig, files } of document.releases) {
      const [file = ''] = urls;
      writeFileSync(sandbox.at('minisig'), minisig);
      const args = ['-V', '-H', '-Q', '-P', keys[0] ?? '', '-m', file, '-x', sandbox.at('minisig')];
      assert.equal(
        run('minisign', args),
        `udos:release@1 registry=${id} plugin=ada/notes version=${version}`,
      );
      assert.equal(run('tar', ['-tzf', file]).split('\n').length, files);
    }
  });
});
