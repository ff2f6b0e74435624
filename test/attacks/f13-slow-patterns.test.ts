import assert from 'node:assert/strict';
import { layout } from '../../src/model/index-layout.js';
import { threat } from '../kit/threat.js';
import { forgeDocument, notes } from './forgeries.js';
import { everything, Stage } from './stage.js';

const length = 100_000;
const long = (text: string): string => text.repeat(Math.ceil(length / text.length)).slice(0, length);

/** What makes a backtracking pattern, or a parser that goes over its input again and again, take for ever. */
const baits = [
  `ada/${long('a')}`,
  `ada/${long('a-')}`,
  `ada/notes@${long('1.')}`,
  `ada/notes@1.0.0-${long('a-')}!`,
  `ada/notes@${long('1 || ')}`,
  `ada/notes@${long('^')}1`,
  `ada/notes@${long(' ')}x`,
  `${long('a')}:ada/notes`,
];

threat('F13', 'Patterns that take for ever', () => {
  const stage = new Stage();

  for (const bait of baits) {
    it(`a spec of 100,000 characters: ${bait.slice(0, 24)}…`, async () => {
      const machine = stage.victim();
      const { status } = await machine.run('add', bait).result;
      assert.equal(status, 2);
      machine.expectUnchanged(...everything);
    });
  }

  for (const [what, url] of [
    ['a host of dots', `https://${long('a.')}`],
    ['a path of slashes', `https://example.org/${long('/')}`],
    ['percent signs', `https://example.org/${long('%25')}`],
  ] as const) {
    it(`an address with ${what}`, async () => {
      const machine = stage.world.newMachine(what.replaceAll(' ', '-'));
      const { status } = await machine.run(
        'registry',
        'add',
        'main',
        url,
        '--id',
        stage.registry.id,
        '--offline',
      ).result;
      assert.ok(status === 2 || status === 5, `exit ${status ?? 'none'}`);
      machine.expectUnchanged(...everything);
    });
  }

  for (const [what, text] of [
    ['brackets', long('[')],
    ['objects in objects', long('{"a":')],
    ['escapes', `{"plugins":{"${long('\\u0061')}`],
    ['a number', long('1')],
    ['a range', JSON.stringify({ plugins: { 'ada/notes': long('>=1 ') } })],
  ] as const) {
    it(`a project file of ${what}`, async () => {
      const machine = stage.victim();
      const honest = machine.read('udos.json');
      machine.write('udos.json', text);
      await stage.refuses('PROJECT_INVALID', ['install'], {
        victim: machine,
        recover: () => {
          machine.write('udos.json', honest);
          return Promise.resolve();
        },
      });
    });
  }

  it('a range in a document that its publisher signed', async () => {
    await forgeDocument(stage.registry, (document) => ({
      ...document,
      releases: document.releases.map((release) => ({
        ...release,
        dependencies: { 'bob/base': long('>=1 <2 || ') } as never,
      })),
    }));
    await stage.refuses('DOCUMENT_INVALID', ['update'], {
      moves: ['trust'],
      recover: async () =>
        stage.registry.forge(await stage.registry.withSidecars(layout.document(notes), stage.registry.main)),
    });
  });
});
