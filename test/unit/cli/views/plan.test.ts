import assert from 'node:assert/strict';
import type { PluginName } from '../../../../src/model/names.js';
import { changeView, installView } from '../../../../src/cli/views/change.js';
import { planView } from '../../../../src/cli/views/plan.js';
import type { Plan, PlannedChange } from '../../../../src/operations/steps/plan.js';

const change = (facts: Partial<Record<keyof PlannedChange, unknown>>): PlannedChange =>
  ({
    name: 'ada/notes',
    kind: 'add',
    to: '1.0.0',
    size: 18_234,
    signers: ['3a51d6005b2639ba66228675eaba6ea17992f0d6dbd5d564ca6f1414f2a16c62'],
    signerChanged: false,
    recovered: false,
    permissions: [],
    widened: [],
    notes: [],
    ...facts,
  }) as PlannedChange;

const planOf = (...changes: PlannedChange[]): Plan => ({
  changes,
  size: changes.reduce((sum, one) => sum + one.size, 0),
});
const screen = { columns: 80 };

describe('the view of a plan', () => {
  it('shows versions, size, signer and permissions of what comes in', () => {
    assert.equal(
      planView(planOf(change({ permissions: ['fs:read:notes/**'], widened: ['fs:read:notes/**'] })), screen),
      [
        '+ ada/notes 1.0.0  (18.2 kB)',
        '    signed by 3a51d6005b2639ba',
        '    asks for fs:read:notes/**',
        '',
        '1 plugin: 1 to add; 18.2 kB of artifacts.',
      ].join('\n'),
    );
  });

  it('sets apart what an update asks for beyond the last version, other keys, and what is new', () => {
    const update = change({
      kind: 'update',
      from: '1.0.0',
      to: '1.2.0',
      signerChanged: true,
      permissions: ['fs:read:notes/**', 'net:*'],
      widened: ['net:*'],
      notes: [
        { version: '1.1.0', text: 'Faster.\n\n- by half\n' },
        { version: '1.2.0', text: '' },
      ],
    });
    assert.equal(
      planView(
        planOf(update, change({ name: 'ada/old', kind: 'remove', from: '0.1.0', to: undefined, size: 0 })),
        screen,
      ),
      [
        '^ ada/notes 1.0.0 -> 1.2.0  (18.2 kB)',
        '    signed by 3a51d6005b2639ba  ! other keys than before',
        '    asks for fs:read:notes/**',
        '    asks for more  ! net:*',
        '    1.1.0:',
        '      Faster.',
        '',
        '      - by half',
        '- ada/old 0.1.0',
        '',
        '2 plugins: 1 to update, 1 to remove; 18.2 kB of artifacts.',
      ].join('\n'),
    );
  });

  it('keeps to the screen, and lets no changelog act on the terminal', () => {
    const text = `\u001b[2Jnew ${'word '.repeat(40)}`;
    const view = planView(
      planOf(change({ kind: 'update', from: '0.9.0', notes: [{ version: '1.0.0', text }] })),
      screen,
    );
    assert.ok(view.split('\n').every((line) => line.length <= 80));
    assert.ok(!view.includes('\u001b'));
  });

  it('says so when nothing changes, or nothing was written', () => {
    const result = { plan: planOf(), dryRun: false, requirements: {}, project: [] };
    assert.match(changeView(result, screen), /^Nothing to change/);
    const range = { kind: 'range', name: 'ada/notes', from: '^1.0.0', to: '^1.1.0' } as const;
    assert.match(
      changeView({ ...result, project: [range] }, screen),
      /^udos\.json: ada\/notes \^1\.0\.0 -> \^1\.1\.0\nDone/,
    );
    assert.match(
      changeView({ ...result, plan: planOf(change({})), dryRun: true }, screen),
      /\(--dry-run\)\.$/,
    );
    const names = ['ada/notes' as PluginName];
    assert.match(
      installView({ plan: planOf(), dryRun: true, installed: names, removed: names }, screen),
      /^1 plugin would be installed, 1 plugin would be removed\. Nothing was written/,
    );
    assert.equal(
      installView({ plan: planOf(), dryRun: false, installed: [], removed: [] }, screen),
      'Nothing to install: what is locked is there. `udos verify` looks at every file.',
    );
  });
});
