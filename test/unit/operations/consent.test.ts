import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../src/errors/index.js';
import { requireConsent } from '../../../src/operations/steps/consent.js';
import type { PlannedChange } from '../../../src/operations/steps/plan.js';
import { TestClock } from '../../kit/clock.js';
import { testContext } from '../../kit/context.js';

/** `refused` with a code, `asked` on a terminal, or neither. */
type Answer = ErrorCode | 'asked' | 'goes on';

const update = {
  name: 'ada/notes',
  kind: 'update',
  from: '1.0.0',
  to: '1.1.0',
  size: 1,
  signers: [],
  signerChanged: false,
  recovered: false,
  permissions: [],
  widened: [],
  notes: [],
} as unknown as PlannedChange;
const changed = (facts: Partial<Record<keyof PlannedChange, unknown>>) =>
  ({ ...update, ...facts }) as PlannedChange;
const wide = { permissions: ['net:*'], widened: ['net:*'] };
const comesIn = changed({ kind: 'add', from: null, ...wide });

interface Row {
  readonly what: string;
  readonly change: PlannedChange;
  readonly introduces?: boolean;
  readonly frozen: Answer;
  readonly unattended: Answer;
  readonly terminal: Answer;
}

const rows: readonly Row[] = [
  {
    what: 'nothing but a newer version',
    change: update,
    frozen: 'goes on',
    unattended: 'goes on',
    terminal: 'goes on',
  },
  {
    what: 'more permissions',
    change: changed(wide),
    frozen: 'PERMISSIONS_WIDENED',
    unattended: 'PERMISSIONS_WIDENED',
    terminal: 'asked',
  },
  {
    what: 'other keys',
    change: changed({ signerChanged: true }),
    frozen: 'SIGNER_CHANGED',
    unattended: 'SIGNER_CHANGED',
    terminal: 'asked',
  },
  {
    what: 'a publisher that curators recovered',
    change: changed({ recovered: true, signerChanged: true, ...wide }),
    frozen: 'PUBLISHER_RECOVERED',
    unattended: 'PUBLISHER_RECOVERED',
    terminal: 'asked',
  },
  {
    what: 'a new plugin with permissions, by the command that names it',
    change: comesIn,
    introduces: true,
    frozen: 'goes on',
    unattended: 'goes on',
    terminal: 'asked',
  },
  {
    what: 'a new plugin with permissions, by a command that names none',
    change: comesIn,
    frozen: 'PERMISSIONS_WIDENED',
    unattended: 'PERMISSIONS_WIDENED',
    terminal: 'asked',
  },
];

describe('what needs consent', () => {
  async function answerTo(
    row: Row,
    more: { frozen: boolean; yes: boolean },
    person?: boolean,
  ): Promise<Answer> {
    const context = testContext({ home: '/home', cwd: '/project' }, new TestClock(), person);
    const options = { introduces: row.introduces === true, describe: () => 'the plan', ...more };
    try {
      await requireConsent(context, { changes: [row.change], size: 1 }, options);
    } catch (error) {
      return (error as { code: ErrorCode }).code;
    }
    return context.questions.length > 0 ? 'asked' : 'goes on';
  }

  for (const row of rows) {
    it(row.what, async () => {
      assert.equal(await answerTo(row, { frozen: true, yes: false }), row.frozen, 'frozen');
      assert.equal(
        await answerTo(row, { frozen: true, yes: true }, true),
        row.frozen,
        '--yes loosens frozen',
      );
      assert.equal(await answerTo(row, { frozen: false, yes: false }), row.unattended, 'without a terminal');
      assert.equal(await answerTo(row, { frozen: false, yes: true }), 'goes on', '--yes');
      assert.equal(await answerTo(row, { frozen: false, yes: false }, true), row.terminal, 'on a terminal');
      const no = row.terminal === 'asked' ? 'CONFIRMATION_REQUIRED' : row.terminal;
      assert.equal(await answerTo(row, { frozen: false, yes: false }, false), no, 'a no on a terminal');
    });
  }
});
