import assert from 'node:assert/strict';
import { fields } from '../../../../src/cli/views/fields.js';
import { listView, treeView } from '../../../../src/cli/views/list.js';
import { outdatedView } from '../../../../src/cli/views/outdated.js';
import { searchView } from '../../../../src/cli/views/search.js';
import { whyView } from '../../../../src/cli/views/why.js';
import type { ListResult } from '../../../../src/operations/list.js';
import type { OutdatedResult } from '../../../../src/operations/outdated.js';
import type { SearchResult } from '../../../../src/operations/search.js';
import type { WhyResult } from '../../../../src/operations/why.js';
import { catalogLine } from '../../operations/sample.js';

const screen = { columns: 80 };
const plugin = (name: string, dependencies: string[], change: object = {}) => ({
  name,
  version: '1.0.0',
  registry: 'main',
  requirement: null,
  direct: false,
  optional: false,
  installed: true,
  yanked: null,
  revoked: null,
  size: 1,
  permissions: [],
  dependencies,
  ...change,
});
const listed = (...plugins: object[]) =>
  ({ project: '/p', root: '/p', hasLockfile: true, plugins, unlocked: [] }) as unknown as ListResult;

describe('the views of lists', () => {
  it('draws the tree from udos.json down, and what stands twice only once', () => {
    const result = listed(
      plugin('ada/app', ['ada/base', 'ada/mid'], { direct: true, requirement: '^1.0.0' }),
      plugin('ada/base', ['ada/tiny']),
      plugin('ada/mid', ['ada/base'], { installed: false }),
      plugin('ada/tiny', []),
    );
    assert.equal(
      treeView(result),
      [
        'udos.json',
        '└─ ada/app 1.0.0',
        '   ├─ ada/base 1.0.0',
        '   │  └─ ada/tiny 1.0.0',
        '   └─ ada/mid 1.0.0 (not installed)',
        '      └─ ada/base 1.0.0 (see above)',
        '1 plugin not installed here. Run `udos install`.',
      ].join('\n'),
    );
  });

  it('ends on a circle of plugins', () => {
    const circle = listed(plugin('ada/one', ['ada/two'], { direct: true }), plugin('ada/two', ['ada/one']));
    assert.match(treeView(circle), /ada\/one 1\.0\.0 \(see above\)$/);
  });

  it('lists plugins one a line, and says what is not locked yet', () => {
    const result = {
      ...listed(plugin('ada/app', [], { optional: true })),
      unlocked: ['ada/new'],
    } as unknown as ListResult;
    const lines = listView(result, { columns: undefined }).split('\n');
    assert.match(lines[1] ?? '', /^ada\/app +1\.0\.0 +main +optional$/);
    assert.equal(lines.at(-1), 'Not locked yet: ada/new. Run `udos install`.');
    assert.equal(listView(listed(), screen), 'This project has no plugins yet.');
  });

  it('names the command that gets what is newer', () => {
    const newer = {
      name: 'ada/app',
      current: '1.0.0',
      wanted: '1.1.0',
      latest: '2.0.0',
      registry: 'main',
      requirement: null,
      unfit: { version: '3.0.0', udos: '>=2' },
      yanked: 'loses notes',
      revoked: false,
    };
    const view = outdatedView({ checked: 3, plugins: [newer] } as unknown as OutdatedResult, screen);
    assert.match(view, /ada\/app +1\.0\.0 +1\.1\.0 +2\.0\.0 +main +\(needed by others\)/);
    assert.match(view, /udos update --latest/);
    assert.match(view.replace(/\s+/g, ' '), /withdrawn: loses notes; 3\.0\.0 needs uDOS >=2/);
    assert.equal(outdatedView({ checked: 3, plugins: [] }, screen), 'Nothing newer exists for 3 plugins.');
  });

  it('shows each way to a plugin with the range on it', () => {
    const step = (name: string, optional = false) => ({ name, version: '1.0.0', range: '^1.0.0', optional });
    const result = {
      name: 'ada/base',
      version: '1.0.0',
      paths: [[step('ada/app'), step('ada/base', true)]],
      more: true,
    };
    assert.equal(
      whyView(result as unknown as WhyResult),
      [
        'ada/base 1.0.0 is here because of',
        '  udos.json > ada/app 1.0.0 (^1.0.0) > ada/base 1.0.0 (^1.0.0, optional)',
        '  … and more',
      ].join('\n'),
    );
  });

  it('shows what was found with its registry, and how much more there is', () => {
    const found = { registry: 'main', ...catalogLine('ada/notes', { description: 'Keeps\u202e notes' }) };
    const result = { text: 'notes', plugins: [found], total: 4, searched: ['main'], unreachable: [] };
    assert.equal(
      searchView(result as unknown as SearchResult, screen),
      [
        'main:ada/notes 1.0.0  [productivity/notes]',
        '    Keeps notes',
        '',
        '4 plugins in main. 3 more with a larger --limit.',
      ].join('\n'),
    );
  });

  it('aligns facts, breaks long ones under themselves, and leaves out empty ones', () => {
    assert.equal(
      fields({ columns: 40 }, [
        ['license', 'MIT'],
        ['homepage', null],
        ['about', 'one two three four five six seven eight'],
      ]),
      ['license  MIT', 'about    one two three four five six', '         seven eight'].join('\n'),
    );
  });
});
