import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ErrorCode } from '../../src/errors/index.js';
import type { PluginDocument } from '../../src/model/formats/index.js';
import { layout } from '../../src/model/index-layout.js';
import type { IndexPath, PluginName } from '../../src/model/names.js';
import { testKey } from '../kit/keys.js';
import { scenario, type World } from '../kit/scenario.js';

const notes = 'ada/notes' as PluginName;
/** Clears the screen, sets the window's title, turns the text around, and moves the cursor up. */
const hostile = 'nice\u001b[2J\u001b]0;pwned\u0007\u202efdp.exe\u009b1A';
const unseen = /(?!\n)[\p{Cc}\p{Cf}]/u;

describe('text that would repaint a terminal', () => {
  let world: World;

  beforeEach(async () => {
    world = await scenario()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/notes', '1.0.0');
      })
      .build();
    await world.begin();
  });

  afterEach(() => world.end());

  /** What the holder of the checkpoint key can put in place of a file. */
  async function forge(file: IndexPath, change: (text: string) => string): Promise<void> {
    const registry = world.registry('main');
    const text = Buffer.from(await registry.bytes(file, registry.published)).toString();
    await registry.forge(new Map([[file, Buffer.from(change(text))]]));
  }

  async function refuses(code: ErrorCode, ...args: readonly string[]): Promise<void> {
    const { stdout, stderr } = await world.run(...args).failsWith(code);
    assert.doesNotMatch(stdout + stderr, unseen);
    if (stdout === '') assert.match(stderr, /\nhint: /);
  }

  for (const field of ['name', 'description'] as const) {
    it(`is refused as the ${field} of a registry`, async () => {
      await forge(layout.registryFile, (text) => withField(text, field, hostile));
      await refuses('INDEX_TAMPERED', 'registry', 'show', 'main');
      await refuses('INDEX_TAMPERED', 'registry', 'show', 'main', '--json');
    });
  }

  it('is refused in the catalog', async () => {
    await forge(layout.catalog('ad'), (text) => withField(text, 'description', hostile));
    await refuses('INDEX_TAMPERED', 'search', 'notes');
  });

  it('is refused in a plugin document, though its publisher signed it', async () => {
    const registry = world.registry('main');
    const document = (await registry.document(notes))!;
    const releases = document.releases.map((release) => ({ ...release, changelog: hostile }));
    const next: PluginDocument = { ...document, serial: document.serial + 1, releases };
    const changes = registry.signed(layout.document(notes), next, [testKey('ada')]);
    await registry.forge(changes);
    await refuses('DOCUMENT_INVALID', 'info', 'ada/notes');
    await refuses('DOCUMENT_INVALID', 'add', 'ada/notes');
  });

  it('is refused in an address', async () => {
    const homepage = `https://example.org/${hostile}`;
    await forge(layout.registryFile, (text) => withField(text, 'homepage', homepage));
    await refuses('INDEX_TAMPERED', 'registry', 'show', 'main');
    await forge(layout.registryFile, (text) => withField(text, 'homepage', undefined));
  });

  it('cannot be published in a changelog', async () => {
    await world.run('plugin', 'init', 'ada/other').succeeds();
    const folder = world.machine.at('other');
    writeFileSync(path.join(folder, 'CHANGELOG.md'), `## 0.1.0\n\n${hostile}\n`);
    await refuses('PLUGIN_INVALID', 'plugin', 'check', 'other');
    await refuses('PLUGIN_INVALID', 'publish', 'other');
  });

  it('is left out of what a user typed, when the error repeats it', async () => {
    await refuses('SPEC_INVALID', 'add', hostile);
    mkdirSync(world.machine.at(hostile), { recursive: true });
    await refuses('FILE_NOT_FOUND', 'plugin', 'check', hostile);
  });
});

function withField(json: string, field: string, value: string | undefined): string {
  return `${JSON.stringify({ ...(JSON.parse(json) as object), [field]: value })}\n`;
}
