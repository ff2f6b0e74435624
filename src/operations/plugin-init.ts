import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { baseNameOf, parsePluginName, type PluginName } from '../model/names.js';
import { fileError, isSystemError, writeFileAtomic } from '../primitives/fs/index.js';
import { formatJson } from '../primitives/json/index.js';

export interface PluginInitResult {
  readonly folder: string;
  readonly name: PluginName;
  readonly files: readonly string[];
}

/**
 * Begins a plugin in a new folder: a manifest, a program that answers one command, its test, and the texts that users
 * read. It passes `plugin check` and can be published as it is.
 *
 * @throws NAME_INVALID; FILE_INVALID when the folder holds something
 */
export async function initPlugin(
  context: Context,
  text: string,
  given: string | undefined,
): Promise<PluginInitResult> {
  const name = parsePluginName(text);
  const folder = path.resolve(context.cwd, given ?? baseNameOf(name));
  const entries = await readdir(folder).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return [];
    throw isSystemError(error, 'ENOTDIR') ? notEmpty(folder) : fileError('read', folder, error);
  });
  if (entries.some((entry) => !entry.startsWith('.'))) throw notEmpty(folder);
  const files = template(name);
  for (const [file, content] of Object.entries(files))
    await writeFileAtomic(path.join(folder, file), content);
  return { folder, name, files: Object.keys(files) };
}

function notEmpty(folder: string): UdosError {
  return new UdosError('FILE_INVALID', `${folder} is not an empty folder.`, {
    hint: 'Name another folder: `udos plugin init ada/notes my-notes`.',
  });
}

function template(name: PluginName): Record<string, string> {
  const title = baseNameOf(name);
  return {
    'udos-plugin.json': formatJson({
      name,
      version: '0.1.0',
      description: `What ${title} does, in one line.`,
      license: 'MIT',
      category: 'productivity/tasks',
      main: 'index.js',
      runtime: 'node',
      engines: { udos: '>=1.0.0' },
      dependencies: {},
      permissions: [],
      contributes: { commands: { hello: 'Greet somebody by name' } },
      keywords: [],
      tier: 'free',
      changelog: 'CHANGELOG.md',
    }),
    // Without it, Node takes index.js for an ES module below any project that says so.
    'package.json': formatJson({ private: true, type: 'commonjs', scripts: { test: 'node --test' } }),
    'index.js': `'use strict';

/** Called by uDOS as \`node index.js <command> args…\`. */
function run([command, ...args], print) {
  if (command === 'hello') {
    print(\`Hello, \${args[0] ?? 'world'}!\`);
    return 0;
  }
  print('Usage: hello [NAME]');
  return command === undefined || command === 'help' ? 0 : 2;
}

module.exports = { run };

if (require.main === module) {
  process.exitCode = run(process.argv.slice(2), (line) => process.stdout.write(\`\${line}\\n\`));
}
`,
    'test/index.test.js': `'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { run } = require('../index.js');

test('hello greets by name', () => {
  const lines = [];
  assert.equal(run(['hello', 'Ada'], (line) => lines.push(line)), 0);
  assert.deepEqual(lines, ['Hello, Ada!']);
});

test('an unknown command shows the usage', () => {
  const lines = [];
  assert.equal(run(['dance'], (line) => lines.push(line)), 2);
  assert.match(lines[0], /Usage/);
});
`,
    'README.md': `# ${title}

What it is for, and how to use it.

    ${title} hello Ada
`,
    'CHANGELOG.md': `# Changelog

## 0.1.0

The first release.
`,
  };
}
