import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { layout } from '../../src/model/index-layout.js';
import { forgeDocument, notes } from './forgeries.js';
import { threat } from '../kit/threat.js';
import { aHead, everything, Stage } from './stage.js';

/** `ada` with the first letter of the Cyrillic alphabet. */
const cyrillic = 'аda/notes';

threat('F2', 'Squatting and look-alikes', () => {
  const stage = new Stage();

  it('a name with a letter of another alphabet, typed', async () => {
    const machine = stage.victim();
    for (const [command, code] of [
      ['add', 'SPEC_INVALID'],
      ['info', 'SPEC_INVALID'],
      ['update', 'NAME_INVALID'],
      ['remove', 'NAME_INVALID'],
    ] as const) {
      await machine
        .run(command, cyrillic)
        .failsWith(code, /"аda\/notes" (does not name a plugin|is not a plugin name)/);
      machine.expectUnchanged(...everything);
    }
  });

  it('and in a cloned project', async () => {
    const machine = stage.victim();
    const honest = machine.read('udos.json');
    writeFileSync(machine.at('udos.json'), honest.replace('ada/notes', cyrillic));
    await stage.refuses('PROJECT_INVALID', /"plugins\.аda\/notes" is not of the right form/, ['install'], {
      victim: machine,
      recover: () => {
        machine.write('udos.json', honest);
        return Promise.resolve();
      },
    });
  });

  it('and in a document that its publisher signed', async () => {
    await forgeDocument(stage.registry, (document) => ({ ...document, name: cyrillic as never }));
    await stage.refuses('DOCUMENT_INVALID', { problem: '"name": not a plugin name' }, ['update'], {
      moves: aHead,
      recover: async () =>
        stage.registry.forge(await stage.registry.withSidecars(layout.document(notes), stage.registry.main)),
    });
  });

  for (const name of ['ad-a', 'a-da', 'b0b']) {
    it(`the publisher ${name}, who looks like one that is there, does not come in`, async () => {
      await stage.registry.publisher(name);
      await assert.rejects(stage.registry.checkpoint(), {
        code: 'NAME_LOOKALIKE',
        message: new RegExp(name),
      });
    });
  }

  it('a plugin beside one of the same publisher that it looks like does not come in', async () => {
    await stage.registry.publish('ada/n0tes', '1.0.0');
    await assert.rejects(stage.registry.checkpoint(), { code: 'NAME_LOOKALIKE' });
  });

  it('a name that only begins alike does', async () => {
    await stage.registry.publisher('adam');
    await stage.registry.checkpoint();
  });
});
