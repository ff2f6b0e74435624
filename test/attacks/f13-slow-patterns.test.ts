import assert from 'node:assert/strict';
import { layout } from '../../src/model/index-layout.js';
import { LimitedProcess } from '../kit/limited-process.js';
import { threat } from '../kit/threat.js';
import { forgeDocument, notes } from './forgeries.js';
import { aHead, everything, Stage } from './stage.js';

const length = 100_000;
const long = (text: string): string => text.repeat(Math.ceil(length / text.length)).slice(0, length);

/** What makes a backtracking pattern, or a parser that goes over its input again and again, take for ever: of any length. */
const baits: readonly ((long: (text: string) => string) => string)[] = [
  (long) => `ada/${long('a')}`,
  (long) => `ada/${long('a-')}`,
  (long) => `ada/notes@${long('1.')}`,
  (long) => `ada/notes@1.0.0-${long('a-')}!`,
  (long) => `ada/notes@${long('1 || ')}`,
  (long) => `ada/notes@${long('^')}1`,
  (long) => `ada/notes@${long(' ')}x`,
  (long) => `${long('a')}:ada/notes`,
];

threat('F13', 'Patterns that take for ever', () => {
  const stage = new Stage();
  // A command takes a tenth of it. A pattern that goes back and forth takes more years than letters.
  const limited = new LimitedProcess(2000);
  after(() => {
    limited.end();
  });

  it('the limit of these stories: a pattern that takes for ever is ended, and the next command is not', async () => {
    const machine = stage.victim().limitTo(limited);
    await assert.rejects(machine.run('spin').result, /took more than 2000 ms of CPU time/);
    await machine.run('list').succeeds();
  });

  for (const bait of baits) {
    it(`a spec of 100,000 characters: ${bait(long).slice(0, 24)}…`, async () => {
      const machine = stage.victim().limitTo(limited);
      await machine.run('add', bait(long)).failsWith('SPEC_INVALID', /does not name a plugin/);
      machine.expectUnchanged(...everything);
      // As long as its parts may be, so that no cap stands before the patterns.
      for (const longest of [60, 240]) {
        const within = bait((text) => long(text).slice(0, longest));
        const { status, stderr } = await machine.run('add', within, '--dry-run').result;
        assert.ok([0, 2, 3, 4].includes(status ?? 1), `exit ${status ?? 'none'}: ${stderr}`);
        machine.expectUnchanged(...everything);
      }
    });
  }

  for (const [what, url] of [
    ['a host of dots', `https://${long('a.')}`],
    ['a path of slashes', `https://example.org/${long('/')}`],
    ['percent signs', `https://example.org/${long('%25')}`],
  ] as const) {
    it(`an address with ${what}`, async () => {
      const machine = stage.world.newMachine(what.replaceAll(' ', '-')).limitTo(limited);
      await machine
        .run('registry', 'add', 'main', url, '--id', stage.registry.id, '--offline')
        .failsWith('URL_INVALID', /it has more than 2048 characters/);
      machine.expectUnchanged(...everything);
    });
  }

  for (const [what, text, problem] of [
    ['brackets', long('['), /nested more than 32 levels deep/],
    ['objects in objects', long('{"a":'), /nested more than 32 levels deep/],
    ['escapes', `{"plugins":{"${long('\\u0061')}`, /an unexpected character at 12/],
    ['a number', long('1'), /the number 1{40} at 0, not a plain safe integer/],
    [
      'a range',
      JSON.stringify({ plugins: { 'ada/notes': long('>=1 ') } }),
      /^"plugins\.ada\/notes": Too big/,
    ],
  ] as const) {
    it(`a project file of ${what}`, async () => {
      const machine = stage.victim().limitTo(limited);
      const honest = machine.read('udos.json');
      machine.write('udos.json', text);
      await stage.refuses('PROJECT_INVALID', { problem }, ['install'], {
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
    await stage.refuses(
      'DOCUMENT_INVALID',
      { problem: /^"releases\.0\.dependencies\.bob\/base": Too big/ },
      ['update'],
      {
        victim: stage.victim().limitTo(limited),
        moves: aHead,
        recover: async () =>
          stage.registry.forge(
            await stage.registry.withSidecars(layout.document(notes), stage.registry.main),
          ),
      },
    );
  });
});
