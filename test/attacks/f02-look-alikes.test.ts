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
    for (const args of [
      ['add', cyrillic],
      ['info', cyrillic],
      ['update', cyrillic],
      ['remove', cyrillic],
    ]) {
      const { status } = await machine.run(...(args as [string])).result;
      assert.equal(status, 2, args.join(' '));
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
      await assert.rejects(stage.registry.checkpoint(), { code: 'NAME_LOOKALIKE' });
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
