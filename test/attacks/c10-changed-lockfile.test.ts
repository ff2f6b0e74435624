import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { ErrorCode } from '../../src/errors/index.js';
import type { Machine } from '../kit/machine.js';
import { threat } from '../kit/threat.js';
import { ada, bob, thief } from './forgeries.js';
import type { Because } from './because.js';
import { InProcess } from './in-process.js';
import { aRoot, firstContact, Stage, type Moved } from './stage.js';

interface Block {
  version: string;
  registry: string;
  integrity: string;
  size: number;
  signers: string[];
  publisher: number;
  permissions: string[];
  dependencies: Record<string, unknown>;
  [field: string]: unknown;
}
interface Lock {
  lockfileVersion: number;
  registries: Record<string, { alias: string; root: number; sequence: number }>;
  plugins: Record<string, Block>;
}

const stranger = `udr1${'a'.repeat(52)}`;
const vouched = { plugin: 'ada/board', found: [ada.fingerprint] };
/** What a colleague learns of an honest registry: all that the project has is read, and what the lockfile says is not that. */
const all = [
  ...firstContact,
  'trust/plugins/ada--board',
  'trust/plugins/ada--notes',
  'trust/plugins/bob--base',
  'trust/publishers/ada',
  'trust/publishers/bob',
] as const satisfies readonly Moved[];

threat('C10', 'A changed lockfile', () => {
  const stage = new Stage({
    story: async (registry) => {
      await registry.publish('ada/board', '1.0.0', {
        needs: { 'bob/base': '^1.0.0' },
        permissions: ['fs:read:notes/**', 'net:example.org'],
      });
    },
  });
  let committed: Machine;
  let honest: string;

  before(async () => {
    committed = stage.victim();
    await new InProcess(committed, stage.world.clock).run('add', 'ada/board');
    honest = committed.read('udos-lock.json');
    const { plugins } = JSON.parse(honest) as Lock;
    assert.deepEqual(Object.keys(plugins), ['ada/board', 'ada/notes', 'bob/base']);
  });

  /** A colleague who gets the project with another lockfile than was committed. */
  function colleague(text: string): Machine {
    const machine = stage.newcomer();
    machine.copyFrom(committed, 'udos.json');
    machine.write('udos-lock.json', text);
    return machine;
  }

  function changed(change: (lock: Lock, board: Block) => unknown): string {
    const lock = JSON.parse(honest) as Lock;
    const board = lock.plugins['ada/board'];
    assert.ok(board);
    change(lock, board);
    const text = `${JSON.stringify(lock, null, 2)}\n`;
    assert.notEqual(text, honest);
    return text;
  }

  /** What is not listed here as refused by `install` is chosen anew by it; `--frozen` never does. */
  const attacks: readonly (readonly [
    what: string,
    change: (lock: Lock, board: Block) => unknown,
    because: Because,
    moves: readonly Moved[],
    frozen: ErrorCode,
    install?: ErrorCode,
  ])[] = [
    [
      'the hash of another artifact',
      ({ plugins }, board) => (board.integrity = plugins['ada/notes']?.integrity ?? ''),
      { field: 'integrity' },
      all,
      'LOCKED_RELEASE_MISMATCH',
      'LOCKED_RELEASE_MISMATCH',
    ],
    [
      'another size',
      (_, board) => (board.size += 1),
      { field: 'size' },
      all,
      'LOCKED_RELEASE_MISMATCH',
      'LOCKED_RELEASE_MISMATCH',
    ],
    [
      'a permission more',
      (_, board) => board.permissions.push('exec:sh'),
      { field: 'permissions', found: /exec:sh/ },
      all,
      'LOCKED_RELEASE_MISMATCH',
      'LOCKED_RELEASE_MISMATCH',
    ],
    [
      'a permission less, so that nobody is asked',
      (_, board) => board.permissions.pop(),
      { field: 'permissions', found: '["fs:read:notes/**"]' },
      all,
      'LOCKED_RELEASE_MISMATCH',
      'LOCKED_RELEASE_MISMATCH',
    ],
    [
      'the key of a stranger',
      (_, board) => (board.signers = [thief.fingerprint]),
      vouched,
      all,
      'SIGNER_CHANGED',
      'SIGNER_CHANGED',
    ],
    [
      'the key of another publisher beside its own',
      (_, board) => board.signers.push(bob.fingerprint),
      vouched,
      all,
      'SIGNER_CHANGED',
      'SIGNER_CHANGED',
    ],
    ['no key at all', (_, board) => (board.signers = []), vouched, all, 'SIGNER_CHANGED', 'SIGNER_CHANGED'],
    [
      'a version of the publisher that is yet to come',
      (_, board) => (board.publisher = 2),
      { field: 'publisher', expected: 'version 1', found: 'version 2' },
      all,
      'LOCKED_RELEASE_MISMATCH',
      'LOCKED_RELEASE_MISMATCH',
    ],
    [
      'a version that does not exist',
      (_, board) => (board.version = '1.0.1'),
      { field: 'version', expected: 'no such release', found: '1.0.1' },
      all,
      'LOCKED_RELEASE_MISMATCH',
      'LOCKED_RELEASE_MISMATCH',
    ],
    [
      'a version that nobody asked for',
      (_, board) => (board.version = '2.0.0'),
      { drift: /udos\.json needs ada\/board \^1\.0\.0, and udos-lock\.json has 2\.0\.0/ },
      [],
      'LOCKFILE_DRIFT',
    ],
    [
      'a dependency less',
      ({ plugins }, board) => {
        board.dependencies = {};
        delete plugins['bob/base'];
      },
      { field: 'dependencies', found: '[]' },
      all.filter((name) => !name.includes('bob')),
      'LOCKED_RELEASE_MISMATCH',
      'LOCKED_RELEASE_MISMATCH',
    ],
    [
      'a dependency more',
      (_, board) => (board.dependencies['ada/notes'] = '*'),
      { field: 'dependencies', found: /ada\/notes/ },
      all,
      'LOCKED_RELEASE_MISMATCH',
      'LOCKED_RELEASE_MISMATCH',
    ],
    [
      'an optional dependency more',
      (_, board) => (board.optionalDependencies = { 'ada/notes': '*' }),
      { field: 'optionalDependencies', found: /ada\/notes/ },
      all,
      'LOCKED_RELEASE_MISMATCH',
      'LOCKED_RELEASE_MISMATCH',
    ],
    [
      'a plugin less',
      ({ plugins }) => delete plugins['bob/base'],
      { drift: ['ada/board 1.0.0 needs bob/base ^1.0.0, and udos-lock.json does not have it'] },
      [],
      'LOCKFILE_DRIFT',
    ],
    [
      'a plugin more',
      ({ plugins }, board) => (plugins['ada/extra'] = { ...board, dependencies: {} }),
      { drift: ['udos-lock.json has ada/extra, which nothing needs'] },
      [],
      'LOCKFILE_DRIFT',
    ],
    [
      'a registry that nobody configured',
      ({ registries }, board) => {
        registries[stranger] = { alias: 'main', root: 1, sequence: 1 };
        board.registry = stranger;
      },
      { drift: new RegExp(`ada/board 1.0.0 needs bob/base from ${stranger}`) },
      [],
      'LOCKFILE_DRIFT',
    ],
    [
      'all of it from a registry that nobody configured',
      (lock) => {
        lock.registries = { [stranger]: { alias: 'main', root: 1, sequence: 1 } };
        for (const block of Object.values(lock.plugins)) block.registry = stranger;
      },
      { registry: stranger },
      [],
      'REGISTRY_UNKNOWN',
      'REGISTRY_UNKNOWN',
    ],
    [
      'a state of the registry that is yet to come',
      ({ registries }) => Object.values(registries).forEach((one) => (one.sequence = 999)),
      { field: 'sequence', expected: 999 },
      aRoot,
      'INDEX_ROLLBACK',
      'INDEX_ROLLBACK',
    ],
    [
      'a root of the registry that is yet to come',
      ({ registries }) => Object.values(registries).forEach((one) => (one.root = 999)),
      { field: 'root', expected: 999 },
      aRoot,
      'INDEX_ROLLBACK',
      'INDEX_ROLLBACK',
    ],
    [
      'a registry that it does not list',
      (_, board) => (board.registry = stranger),
      { problem: /names a registry that it does not list/ },
      [],
      'LOCKFILE_INVALID',
      'LOCKFILE_INVALID',
    ],
    [
      'another version of the format',
      (lock) => (lock.lockfileVersion = 2),
      { problem: /^"lockfileVersion"/ },
      [],
      'LOCKFILE_INVALID',
      'LOCKFILE_INVALID',
    ],
    [
      'an address to fetch from',
      (_, board) => (board.resolved = 'https://evil.example/board.tgz'),
      { problem: /the unknown field "resolved"/ },
      [],
      'LOCKFILE_INVALID',
      'LOCKFILE_INVALID',
    ],
    [
      'a size below zero',
      (_, board) => (board.size = -1),
      { problem: /"plugins\.ada\/board\.size": Too small/ },
      [],
      'LOCKFILE_INVALID',
      'LOCKFILE_INVALID',
    ],
    [
      'a hash of another kind',
      (_, board) => (board.integrity = 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk='),
      { problem: /not a sha512 integrity/ },
      [],
      'LOCKFILE_INVALID',
      'LOCKFILE_INVALID',
    ],
  ];
  for (const [what, change, because, moves, frozen, install] of attacks) {
    it(`${what}: ${install === undefined ? 'chosen anew, or refused under --frozen' : 'refused'}`, async () => {
      const evil = changed(change);
      await stage.refusesInProcess(frozen, because, ['install', '--frozen'], {
        victim: colleague(evil),
        moves,
      });
      const machine = colleague(evil);
      if (install !== undefined) {
        await stage.refusesInProcess(install, because, ['install'], { victim: machine, moves });
        return;
      }
      await new InProcess(machine, stage.world.clock).run('install');
      const { plugins } = JSON.parse(machine.read('udos-lock.json')) as Lock;
      const known = JSON.parse(honest) as Lock;
      assert.deepEqual(plugins['ada/board'], known.plugins['ada/board']);
      assert.deepEqual(Object.keys(plugins), Object.keys(known.plugins));
    });
  }

  for (const name of [
    '../x',
    '../../etc/passwd',
    'ada/../../x',
    '/etc/passwd',
    'ada\\x',
    'ada/x/y',
    'ada',
    'ada/',
    'ada/.x',
    'ada/x\u0000',
    'C:/x',
    'Ada/board',
  ]) {
    it(`a plugin that is called ${JSON.stringify(name)}`, async () => {
      const evil = changed(({ plugins }, board) => (plugins[name] = { ...board, dependencies: {} }));
      for (const args of [['install'], ['install', '--frozen']] as const)
        await stage.refusesInProcess(
          'LOCKFILE_INVALID',
          { problem: /^"plugins\..* is not of the right form/s },
          args,
          { victim: colleague(evil) },
        );
    });
  }

  it('a dependency that is called like a path', async () => {
    const evil = changed((_, board) => (board.dependencies['../../x'] = '*'));
    await stage.refusesInProcess(
      'LOCKFILE_INVALID',
      { problem: /"plugins\.ada\/board\.dependencies\.\.\.\/\.\.\/x" is not of the right form/ },
      ['install', '--frozen'],
      { victim: colleague(evil) },
    );
  });

  it('another order, and other white space: the same plugins, and nothing more', async () => {
    const lock = JSON.parse(honest) as Lock;
    const unsorted = JSON.stringify({
      ...lock,
      plugins: Object.fromEntries(Object.entries(lock.plugins).reverse()),
    });
    const machine = colleague(unsorted);
    await new InProcess(machine, stage.world.clock).run('install', '--frozen');
    assert.deepEqual(JSON.parse(machine.read('udos-lock.json')), lock);
    assert.equal(machine.installedHash(), committed.installedHash());
  });

  for (const [what, args] of [
    ['install', ['install']],
    ['install --frozen', ['install', '--frozen']],
  ] as const) {
    it(`the built binary refuses another hash, too: udos ${what}`, async () => {
      const victim = colleague(
        changed(({ plugins }, board) => (board.integrity = plugins['bob/base']?.integrity ?? '')),
      );
      await stage.refuses('LOCKED_RELEASE_MISMATCH', { plugin: 'ada/board', field: 'integrity' }, args, {
        victim,
        moves: all,
        recover: async () => writeFile(victim.at('udos-lock.json'), honest),
      });
    });
  }

  it('fewer permissions, where everything is installed already: verify tells', async () => {
    const machine = stage.world.newMachine('that has everything');
    machine.becomeCopyOf(committed);
    machine.write(
      'udos-lock.json',
      changed((_, board) => board.permissions.pop()),
    );
    await machine.run('verify').failsWith('LOCKED_RELEASE_MISMATCH', /in "permissions"/);
    machine.expectUnchanged('lockfile', 'project', 'installed', 'store', 'receipts');
  });
});
