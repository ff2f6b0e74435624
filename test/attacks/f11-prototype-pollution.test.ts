import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { layout } from '../../src/model/index-layout.js';
import { signFile } from '../../src/registry/index.js';
import { threat } from '../kit/threat.js';
import { ada, notes } from './forgeries.js';
import { aHead, everything, Stage } from './stage.js';

const poison = ['__proto__', 'constructor', 'prototype'] as const;

threat('F11', 'Prototype pollution', () => {
  const stage = new Stage();

  for (const key of poison) {
    const isForbidden = { problem: new RegExp(`the forbidden key "${key}"`) };
    it(`a plugin document with the key ${key}, signed by its publisher`, async () => {
      const path = layout.document(notes);
      const honest = Buffer.from(await stage.registry.bytes(path, stage.registry.published)).toString();
      const bytes = Buffer.from(honest.replace('{', `{ "${key}": { "yanked": false },`));
      const sidecar = signFile(ada, stage.registry.id, { path, bytes, type: 'udos/plugin@1', n: 2 });
      await stage.registry.forge(new Map([[path, bytes], sidecar]));
      await stage.refuses('DOCUMENT_INVALID', isForbidden, ['update'], {
        moves: aHead,
        recover: async () =>
          stage.registry.forge(await stage.registry.withSidecars(path, stage.registry.main)),
      });
    });

    for (const [file, code] of [
      ['udos.json', 'PROJECT_INVALID'],
      ['udos-lock.json', 'LOCKFILE_INVALID'],
    ] as const) {
      it(`${file} with the key ${key}`, async () => {
        const victim = stage.victim();
        const honest = readFileSync(victim.at(file), 'utf8');
        writeFileSync(victim.at(file), honest.replace('"plugins": {', `"plugins": { "${key}": "*",`));
        await stage.refuses(code, isForbidden, ['install'], {
          victim,
          recover: async () => writeFile(victim.at(file), honest),
        });
      });
    }

    it(`a registry that is called ${key}`, async () => {
      const machine = stage.victim();
      const { status } = await machine.run(
        'registry',
        'add',
        key,
        stage.world.url('main', 'plain folder'),
        '--id',
        stage.registry.id,
      ).result;
      assert.equal(status, 2);
      machine.expectUnchanged(...everything);
    });

    it(`a plugin that is called ${key}: it is a name like others, or none`, async () => {
      const machine = stage.victim();
      const { status, stderr } = await machine.run('add', `ada/${key}`).result;
      assert.ok(status === 2 || status === 3, `exit ${status ?? 'none'}: ${stderr}`);
      machine.expectUnchanged(...everything);
    });
  }
});
