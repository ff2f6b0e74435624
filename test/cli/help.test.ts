import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { scenario, type World } from '../kit/scenario.js';

const repository = path.resolve(import.meta.dirname, '../..');
const folder = path.join(repository, 'commands');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

interface ListedCommand {
  readonly summary: string;
  readonly examples: readonly string[];
  readonly flags: Readonly<Record<string, { readonly char?: string; readonly allowNo?: boolean }>>;
}

const manifest = JSON.parse(readFileSync(path.join(repository, 'oclif.manifest.json'), 'utf8')) as {
  readonly commands: Readonly<Record<string, ListedCommand>>;
};
/** What every command takes needs no example with each of them. */
const common = ['json', 'offline', 'quiet', 'verbose'];

describe('the help', () => {
  let world: World;

  before(async () => {
    world = await scenario().build();
  });

  after(() => world.end());

  async function help(...words: readonly string[]): Promise<string> {
    const { stdout, stderr } = await world.machine.start(...words, '--help').succeeds();
    assert.equal(stderr, '');
    const wide = stdout.split('\n').filter((line) => line.length > 80);
    assert.deepEqual(wide, [], 'lines over 80 columns');
    return stdout;
  }

  it('of udos lists every command that stands alone, and every topic', async () => {
    const text = await help();
    for (const file of files) assert.match(text, new RegExp(`^  ${idOf(file).split(':')[0]!} `, 'm'));
  });

  for (const topic of new Set(files.map((file) => path.dirname(file)).filter((one) => one !== '.'))) {
    const words = topic.split(path.sep);
    it(`of ${words.join(' ')} lists its commands`, async () => {
      const text = await help(...words);
      for (const file of files.filter((one) => path.dirname(one) === topic))
        assert.match(text, new RegExp(`^  ${idOf(file).replaceAll(':', ' ')} `, 'm'));
    });
  }

  for (const file of files) {
    const id = idOf(file);
    it(`of ${id.replaceAll(':', ' ')} says what it does, and shows each use`, async () => {
      const text = await help(...id.split(':'));
      const { summary, examples } = manifest.commands[id]!;
      assert.ok(text.startsWith(summary));
      for (const example of examples)
        assert.ok(text.includes(`$ ${example.replace('<%= config.bin %>', 'udos')}`), example);
    });
  }
});

describe('a command', () => {
  it('is in the manifest, where there is nothing else', () => {
    assert.deepEqual(Object.keys(manifest.commands).sort(), files.map(idOf).sort());
  });

  for (const [id, { examples, flags }] of Object.entries(manifest.commands)) {
    it(`${id.replaceAll(':', ' ')} has an example of each flag`, () => {
      assert.ok(examples.length > 0);
      const words = new Set(examples.join(' ').split(/[\s=]+/));
      const missing = Object.entries(flags)
        .filter(([name]) => !common.includes(name))
        .filter(([name, { char, allowNo }]) => !spellings(name, char, allowNo).some((one) => words.has(one)))
        .map(([name]) => name);
      assert.deepEqual(missing, []);
    });
  }

  for (const file of files) {
    it(`${idOf(file).replaceAll(':', ' ')} stays below 60 lines`, () => {
      const lines = readFileSync(path.join(folder, file), 'utf8').trimEnd().split('\n').length;
      assert.ok(lines < 60, `${lines} lines`);
    });
  }
});

function idOf(file: string): string {
  return file.replace(/\.ts$/, '').replaceAll(path.sep, ':');
}

function spellings(name: string, char: string | undefined, allowNo = false): string[] {
  return [`--${name}`, ...(char === undefined ? [] : [`-${char}`]), ...(allowNo ? [`--no-${name}`] : [])];
}
