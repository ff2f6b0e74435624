import { readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { layout } from '../../src/model/index-layout.js';
import type { IndexPath } from '../../src/model/names.js';
import { signFile, type Signer } from '../../src/registry/index.js';
import { registryIdOf } from '../../src/registry/trust/registry-id.js';
import { threat } from '../kit/threat.js';
import { ada, notes } from './forgeries.js';
import { aHead, everything, Stage } from './stage.js';

/** Two parsers that keep different ones of two equal keys see two documents under one signature. */
threat('F10', 'Duplicate keys', () => {
  const stage = new Stage();
  const twice = (text: string, field: string, value: unknown): string =>
    text.replace(`"${field}": `, `"${field}": ${JSON.stringify(value)},\n  "${field}": `);
  const text = async (path: IndexPath): Promise<string> =>
    Buffer.from(await stage.registry.bytes(path, stage.registry.published)).toString();
  const signedText = (path: IndexPath, content: string, signer: Signer, type: string, n: number) => {
    const bytes = Buffer.from(content);
    return new Map([[path, bytes], signFile(signer, stage.registry.id, { path, bytes, type, n })]);
  };

  it('in a plugin document that its publisher signed', async () => {
    const path = layout.document(notes);
    const content = twice(await text(path), 'serial', 9);
    await stage.registry.forge(signedText(path, content, ada, 'udos/plugin@1', 2));
    await stage.refuses('DOCUMENT_INVALID', { problem: /the key "serial" twice/ }, ['update'], {
      moves: aHead,
      recover: async () => stage.registry.forge(await stage.registry.withSidecars(path, stage.registry.main)),
    });
  });

  it('in a checkpoint that its key signed', async () => {
    const path = layout.checkpoint;
    const content = twice(await text(path), 'sequence', 3);
    await stage.registry.smuggle(
      signedText(path, content, stage.registry.keys.checkpoint, 'udos/checkpoint@1', 3),
    );
    await stage.refuses('CHECKPOINT_INVALID', { problem: /the key "sequence" twice/ }, ['update']);
  });

  for (const [file, field, code] of [
    ['udos-lock.json', 'version', 'LOCKFILE_INVALID'],
    ['udos.json', 'plugins', 'PROJECT_INVALID'],
  ] as const) {
    it(`in ${file}`, async () => {
      const victim = stage.victim();
      const honest = readFileSync(victim.at(file), 'utf8');
      const value = field === 'plugins' ? { 'bob/base': '*' } : '1.1.0';
      writeFileSync(
        victim.at(file),
        honest.replace(`"${field}": `, `"${field}": ${JSON.stringify(value)}, "${field}": `),
      );
      await stage.refuses(code, { problem: new RegExp(`the key "${field}" twice`) }, ['install'], {
        victim,
        recover: async () => writeFile(victim.at(file), honest),
      });
    });
  }

  it("in a registry's root, where it is added", async () => {
    const path = layout.root(1);
    const machine = stage.world.newMachine('newcomer-to-a-root');
    await machine.run('init').succeeds();
    const content = twice(await text(path), 'version', 7);
    // Its id is the hash of these very bytes: the owner is the one who cheats.
    const bytes = Buffer.from(content);
    const id = registryIdOf(bytes);
    const file = { path, bytes, type: 'udos/root@1', n: 1 };
    await stage.registry.smuggle(new Map([[path, bytes], signFile(stage.registry.keys.root, id, file)]));
    await machine
      .run('registry', 'add', 'main', stage.world.url('main', 'plain folder'), '--id', id)
      .failsWith('ROOT_INVALID', /the key "version" twice/);
    machine.expectUnchanged(...everything);
  });
});
