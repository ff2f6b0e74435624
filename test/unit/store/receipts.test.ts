import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createReceipts } from '../../../src/store/index.js';
import { plugin, receiptOf, temporaryFolder } from './world.js';

describe('receipts', () => {
  const temporary = temporaryFolder();
  const notes = receiptOf('/root', 'ada/notes', { 'main.js': 'notes', 'bin/run!': 'run' });
  const base = receiptOf('/root', 'ada/base', { 'main.js': 'base' });

  async function folderWith(files: Record<string, unknown>): Promise<string> {
    const folder = path.join(temporary.path, String(Object.keys(files)), String(Math.random()));
    await mkdir(folder, { recursive: true });
    for (const [name, value] of Object.entries(files)) {
      await writeFile(
        path.join(folder, name),
        typeof value === 'string' ? value : `${JSON.stringify(value)}\n`,
      );
    }
    return folder;
  }

  it('are absent where nothing is installed', async () => {
    const receipts = createReceipts(path.join(temporary.path, 'nowhere'));
    assert.deepEqual(await receipts.all(), []);
    assert.equal(await receipts.read(plugin('ada/notes')), undefined);
  });

  it('are read one by one and all together, by name', async () => {
    const folder = await folderWith({
      'ada--notes.json': notes,
      'ada--base.json': base,
      'ada--notes.json.1234567': 'half a',
    });
    const receipts = createReceipts(folder);
    assert.deepEqual(await receipts.read(plugin('ada/notes')), notes);
    assert.deepEqual(
      (await receipts.all()).map(({ name }) => name),
      ['ada/base', 'ada/notes'],
    );
  });

  const damage: [string, unknown][] = [
    ['half a file', '{"type":"udos/rec'],
    ['an unknown field', { ...notes, more: 1 }],
    ['the name of another plugin', base],
    ['a path that leads out', { ...notes, files: { '../../.bashrc': notes.files['main.js'] } }],
    ['an absolute path', { ...notes, files: { '/etc/passwd': notes.files['main.js'] } }],
    ['a path with a backslash', { ...notes, files: { '..\\x': notes.files['main.js'] } }],
  ];
  for (const [what, value] of damage) {
    it(`are refused with ${what}`, async () => {
      const receipts = createReceipts(await folderWith({ 'ada--notes.json': value }));
      await assert.rejects(receipts.read(plugin('ada/notes')), { code: 'STATE_CORRUPT' });
      await assert.rejects(receipts.all(), { code: 'STATE_CORRUPT' });
    });
  }
});
