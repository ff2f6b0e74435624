import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { IndexSource } from '../../src/model/index-source.js';
import { indexPath, parseAlias, parsePluginName, parseRegistryId } from '../../src/model/names.js';
import type { VerifiedIndex } from '../../src/model/verified-index.js';
import { judgeRelease } from '../../src/operations/steps/judge-release.js';
import { createFolderSource, createGitLocalSource, syncRegistry } from '../../src/registry/index.js';
import { createMemoryTrustStore } from '../../src/registry/trust/memory-trust-store.js';
import { TestClock } from '../kit/clock.js';
import { git, gitEnvironment, makeSandbox, type Sandbox } from '../kit/git-cli.js';
import { Machine } from '../kit/machine.js';

const page = fileURLToPath(new URL('../../docs/registry-format.md', import.meta.url));

/** All that the page says its example needs: four programs, the shell, and some of the GNU coreutils. */
const allowedTools = [
  ...['git', 'minisign', 'tar', 'gzip', 'sh'],
  ...['base32', 'base64', 'basenc', 'cat', 'cut', 'date', 'ls', 'mkdir', 'sha256sum', 'sha512sum'],
  ...['sort', 'tail', 'tr', 'wc'],
];

/** The blocks of a page that are marked as its example, as one program. */
function exampleOf(markdown: string): string {
  const blocks = [...markdown.matchAll(/^<!-- example -->\n```sh\n(.*?)^```$/gms)].map((found) => found[1]);
  assert.ok(blocks.length > 0, 'the page has no example');
  return blocks.join('\n');
}

/** A folder of links to some programs, to be a whole `PATH`. */
function folderOfTools(folder: string, names: readonly string[]): string {
  mkdirSync(folder);
  for (const name of names) {
    const found = (process.env.PATH ?? '')
      .split(path.delimiter)
      .map((place) => path.join(place, name))
      .find((file) => existsSync(file));
    assert.ok(found, `${name} is not installed`);
    symlinkSync(found, path.join(folder, name));
  }
  return folder;
}

describe('the registry of the format page', () => {
  const hello = parsePluginName('ada/hello');
  let sandbox: Sandbox;
  let id: ReturnType<typeof parseRegistryId>;
  let index: string;
  let first: string;
  let second: string;

  before(() => {
    sandbox = makeSandbox();
    const tools = folderOfTools(sandbox.at('tools'), allowedTools);
    mkdirSync(sandbox.at('by-hand'));
    const printed = execFileSync(path.join(tools, 'sh'), ['-eu'], {
      cwd: sandbox.at('by-hand'),
      env: { ...gitEnvironment, PATH: tools, HOME: sandbox.at('by-hand') },
      input: exampleOf(readFileSync(page, 'utf8')),
      encoding: 'utf8',
    });
    id = parseRegistryId(printed.trim());
    index = sandbox.at('by-hand', 'index');
    first = sandbox.at('first');
    second = sandbox.at('second');
    git(index, 'worktree', 'add', '--quiet', '--detach', first, 'published~1');
    git(index, 'worktree', 'add', '--quiet', '--detach', second, 'published');
  });

  after(() => {
    sandbox.remove();
  });

  function sync(source: IndexSource, store = createMemoryTrustStore(), warnings: string[] = []) {
    return syncRegistry({
      registry: id,
      alias: parseAlias('example'),
      sources: [source],
      store,
      clock: Date.now(),
      warn: (text) => warnings.push(text),
    });
  }

  async function expectWhole(head: VerifiedIndex): Promise<void> {
    assert.equal((await head.describe()).name, 'Example');
    assert.equal(head.isExpired, false);
    const plugin = (await head.plugins([hello])).get(hello);
    assert.ok(plugin);
    assert.deepEqual(
      plugin.document.releases.map((release) => release.version),
      ['1.0.0', '1.1.0'],
    );
    assert.deepEqual(
      (await head.catalog()).map(({ name, latest }) => [name, latest]),
      [['ada/hello', '1.1.0']],
    );
    const tree = {
      paths: [],
      read: async (paths: readonly string[]) => {
        const found = new Map<string, Uint8Array>();
        for (const file of paths) {
          const bytes = await head.readUnlisted(indexPath(file), 1024 * 1024);
          if (bytes !== undefined) found.set(file, bytes);
        }
        return found;
      },
    };
    for (const release of plugin.document.releases)
      await judgeRelease(tree, id, plugin.document, release, plugin.artifactKeys);
  }

  it('is believed, as a git repository', async () => {
    await expectWhole(await sync(createGitLocalSource(index)));
  });

  it('is believed, as a plain folder', async () => {
    await expectWhole(await sync(createFolderSource(second)));
  });

  it('continues its own history, and its first state is known as an earlier one', async () => {
    const store = createMemoryTrustStore();
    assert.equal((await sync(createFolderSource(first), store)).sequence, 1);
    assert.equal((await sync(createGitLocalSource(index), store)).sequence, 2);
    const warnings: string[] = [];
    assert.equal((await sync(createFolderSource(first), store, warnings)).sequence, 2);
    assert.match(warnings.join(), /lags behind/);
  });

  it('is nobody else', async () => {
    const other = parseRegistryId(`udr1${'a'.repeat(52)}`);
    await assert.rejects(
      syncRegistry({
        registry: other,
        alias: parseAlias('example'),
        sources: [createGitLocalSource(index)],
        store: createMemoryTrustStore(),
        clock: Date.now(),
        warn: () => undefined,
      }),
      { code: 'REGISTRY_ID_MISMATCH' },
    );
  });

  it('serves the built udos: added by its id, installed, and installed again under --frozen', async () => {
    const clock = new TestClock(new Date());
    const machine = new Machine(sandbox.at('machine'), clock);
    await machine.run('init').succeeds();
    await machine.run('registry', 'add', 'example', index, '--id', id).succeeds();
    await machine.run('add', 'ada/hello').succeeds();
    const program = 'usr/share/udos/plugins/installed/ada--hello/index.js';
    assert.equal(machine.read(program), 'console.log("Hello from 1.1.0");\n');

    const colleague = new Machine(sandbox.at('colleague'), clock);
    colleague.copyFrom(machine, 'udos.json', 'udos-lock.json');
    await colleague.run('install', '--frozen').succeeds();
    assert.equal(colleague.installedHash(), machine.installedHash());
    await colleague.run('verify').succeeds();
  });

  it('is made with no more tools than its example uses', () => {
    const words = new Set(exampleOf(readFileSync(page, 'utf8')).match(/[a-z0-9]+/g));
    for (const tool of allowedTools.filter((name) => name !== 'sh'))
      assert.ok(words.has(tool), `${tool} is not needed any more`);
  });
});
