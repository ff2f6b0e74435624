import assert from 'node:assert/strict';
import { rankPlugins, wordsOf } from '../../../src/operations/search.js';
import { catalogLine } from './sample.js';

describe('ranking what a search finds', () => {
  const lines = [
    catalogLine('ada/pad', { category: 'system/backup', description: 'Writes notes into files' }),
    catalogLine('ada/paper', { keywords: ['notes'] }),
    catalogLine('ada/my-notes'),
    catalogLine('ada/notes-sync'),
    catalogLine('bob/notes'),
    catalogLine('ada/clock', { description: 'Tells the time', category: 'productivity/time-tracking' }),
  ];
  const found = (text: string) => rankPlugins(lines, wordsOf(text)).map((line) => line.name);

  it('puts the name itself first, then its beginning, its middle, keywords, the description', () => {
    assert.deepEqual(found('notes'), ['bob/notes', 'ada/notes-sync', 'ada/my-notes', 'ada/paper', 'ada/pad']);
  });

  it('finds only what every word fits', () => {
    assert.deepEqual(found('notes files'), ['ada/pad']);
    assert.deepEqual(found('notes nowhere'), []);
  });

  it('does not tell upper from lower case, and looks into the category', () => {
    assert.deepEqual(found('TIME-Tracking'), ['ada/clock']);
  });

  it('lists everything by name when nothing is asked for', () => {
    assert.deepEqual(found(''), [
      'ada/clock',
      'ada/my-notes',
      'ada/notes-sync',
      'ada/pad',
      'ada/paper',
      'bob/notes',
    ]);
  });
});
