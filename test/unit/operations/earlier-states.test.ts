import assert from 'node:assert/strict';
import type { HistoryEntry } from '../../../src/model/formats/index.js';
import { chooseState, isEditedSince } from '../../../src/operations/steps/earlier-states.js';
import { sha256Hex } from '../../../src/primitives/crypto/index.js';

/** A state whose files say `text`, before a change that left `left`. */
function state(number: number, text: string, change: { back?: number; left?: string } = {}): HistoryEntry {
  const { back, left = 'anything' } = change;
  return {
    ...{ type: 'udos/history@1', number, root: '/p', time: '2026-11-24T08:00:00Z' },
    ...{ project: text, lockfile: text, left: sha256Hex(Buffer.from(left)) },
    ...(back === undefined ? {} : { back }),
  } as HistoryEntry;
}

const now = (text: string) => ({ project: text, lockfile: text });

describe('the state to go back to', () => {
  const states = [state(1, 'one'), state(2, 'two')];
  const chosen = (list: readonly HistoryEntry[], text: string, wanted?: number) =>
    chooseState(list, now(text), wanted).number;

  it('is the newest', () => assert.equal(chosen(states, 'three'), 2));

  it('is the one before that of the last rollback', () => {
    assert.equal(chosen([...states, state(3, 'three', { back: 2 })], 'two'), 1);
  });

  it('is one before it also when the files were edited since', () => {
    assert.equal(chosen([...states, state(3, 'three', { back: 2 })], 'two, edited'), 1);
  });

  it('is the newest again after another change', () => {
    const later = [...states, state(3, 'three', { back: 2 }), state(4, 'two')];
    assert.equal(chosen(later, 'four'), 4);
  });

  it('is never what the project has already', () => {
    assert.equal(chosen(states, 'two'), 1);
    assert.equal(chosen([state(1, 'one'), state(2, 'two'), state(3, 'one')], 'one'), 2);
  });

  it('is the one that was asked for, wherever the project is', () => {
    assert.equal(chosen([...states, state(3, 'three', { back: 1 })], 'one', 3), 3);
  });

  it('is nothing before the oldest, or of an unknown number', () => {
    const atOldest = [...states, state(3, 'three', { back: 1 })];
    assert.throws(() => chosen(atOldest, 'one'), { code: 'STATE_NOT_FOUND' });
    assert.throws(() => chosen(states, 'three', 7), { code: 'STATE_NOT_FOUND' });
    assert.throws(() => chosen([], 'one'), { code: 'STATE_NOT_FOUND' });
  });
});

describe('an edit by hand', () => {
  it('is what the last change did not leave', () => {
    const states = [state(1, 'one', { left: 'two' })];
    assert.equal(isEditedSince(states, now('two')), false);
    assert.equal(isEditedSince(states, now('two, edited')), true);
    assert.equal(isEditedSince([], now('one')), false);
  });
});
