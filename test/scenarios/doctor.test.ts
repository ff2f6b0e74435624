import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import type { DoctorResult } from '../../src/operations/doctor.js';
import { findingKinds, type FindingKind } from '../../src/operations/doctor/findings.js';
import { layout } from '../../src/model/index-layout.js';
import type { PluginName } from '../../src/model/names.js';
import { withLock } from '../../src/primitives/fs/index.js';
import { DamagedMachine, filesBelow } from '../kit/damage.js';
import { runWithFault } from '../kit/faults.js';
import { testKey } from '../kit/keys.js';
import { rotatePublisher } from '../kit/rotation.js';
import { scenario, type World } from '../kit/scenario.js';

const notesFolder = 'usr/share/udos/plugins/installed/ada--notes';

interface Damage {
  readonly kind: FindingKind;
  readonly why: string;
  readonly on?: 'machine';
  /** What comes with it, found as well and mended by the same. */
  readonly also?: readonly FindingKind[];
  readonly do: (sick: DamagedMachine) => unknown;
  /** What somebody else has to do before the fix helps. */
  readonly before?: (sick: DamagedMachine) => unknown;
}

const garbage = 'no { json';
const edit = (file: string, change: (text: string) => string) => {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
};
const receiptOf = ({ home, paths }: DamagedMachine, name = 'ada--notes') =>
  path.join(home.receipts(paths.root), `${name}.json`);
const longAgo = (file: string, ms = 3_600_000) => {
  const past = new Date(Date.now() - ms);
  utimesSync(file, past, past);
};
const sync = ({ machine }: DamagedMachine) => machine.run('registry', 'sync').succeeds();
const artifacts = ({ home }: DamagedMachine) => filesBelow(path.join(home.store, 'artifacts'));

/** Kills a repair at a rename: the second is its decision. */
const killRepair = (at: number) => async (sick: DamagedMachine) => {
  const { machine } = sick;
  const plan = { on: 'rename', at, how: 'kill' } as const;
  const { status } = await runWithFault(machine, plan, 'install', '--repair', '--offline');
  assert.equal(status, null, 'it was not killed');
  machine.expireLocks();
};

const damages: readonly Damage[] = [
  { kind: 'config-invalid', why: 'no JSON', do: ({ home }) => writeFileSync(home.config, garbage) },
  { kind: 'project-invalid', why: 'no JSON', do: ({ machine }) => machine.write('udos.json', garbage) },
  {
    kind: 'lockfile-invalid',
    why: 'a merge that was not finished',
    do: ({ paths }) => edit(paths.lockfile, (text) => `<<<<<<< ours\n${text}`),
  },
  {
    kind: 'lockfile-missing',
    why: 'removed',
    also: ['plugin-not-locked'],
    do: ({ paths }) => rmSync(paths.lockfile),
  },
  {
    kind: 'lockfile-drift',
    why: 'another range in udos.json',
    do: ({ paths }) => edit(paths.projectFile, (text) => text.replace('"1.0.0"', '"^1.1.0"')),
  },
  {
    kind: 'registry-unconfigured',
    why: 'the registry was taken out of udos.json',
    do: async ({ machine }) => {
      await machine.run('registry', 'remove', 'main', '--global').succeeds();
      await machine.run('registry', 'remove', 'main').succeeds();
    },
  },
  {
    kind: 'torn-write',
    why: 'a half-written lockfile',
    do: ({ machine }) => machine.write('udos-lock.json.0123456789ab.udos-tmp', '{'),
  },
  {
    kind: 'torn-write',
    why: 'a half-written receipt',
    do: (sick) => {
      const file = `${receiptOf(sick)}.0123456789ab.udos-tmp`;
      writeFileSync(file, '{');
      longAgo(file);
    },
  },

  {
    kind: 'transaction-interrupted',
    why: 'killed before it was decided',
    also: ['lock-stale'],
    do: killRepair(2),
  },
  {
    kind: 'transaction-interrupted',
    why: 'killed after it was decided',
    also: ['lock-stale'],
    do: async (sick) => {
      await killRepair(4)(sick);
      assert.ok(existsSync(sick.paths.journal));
    },
  },
  {
    kind: 'journal-invalid',
    why: 'a journal that a cloned project brought along',
    do: ({ paths }) => {
      mkdirSync(paths.staging);
      writeFileSync(paths.journal, '{}');
    },
  },
  { kind: 'receipt-invalid', why: 'no JSON', do: (sick) => writeFileSync(receiptOf(sick), garbage) },
  {
    kind: 'receipt-invalid',
    why: 'of no plugin',
    do: (sick) => writeFileSync(receiptOf(sick, 'banana'), garbage),
  },
  {
    kind: 'receipt-invalid',
    why: 'a folder',
    do: (sick) => {
      rmSync(receiptOf(sick));
      mkdirSync(receiptOf(sick));
    },
  },
  { kind: 'plugin-not-installed', why: 'its receipt is gone', do: (sick) => rmSync(receiptOf(sick)) },
  {
    kind: 'plugin-other-release',
    why: 'the lockfile moved on',
    do: async ({ machine, paths }) => {
      const before = filesBelow(machine.home).filter((file) => file.includes('receipts'));
      const bytes = before.map((file) => readFileSync(file));
      const folder = machine.at(notesFolder);
      renameSync(folder, `${folder}.old`);
      await machine.run('update', 'ada/notes', '--latest').succeeds();
      before.forEach((file, index) => writeFileSync(file, bytes[index] ?? ''));
      rmSync(paths.installed('ada/notes' as PluginName), { recursive: true });
      renameSync(`${folder}.old`, folder);
    },
  },
  {
    kind: 'plugin-not-locked',
    why: 'a receipt that git did not take back',
    do: async ({ machine, paths }) => {
      const [project, lock] = [readFileSync(paths.projectFile), readFileSync(paths.lockfile)];
      await machine.run('add', 'ada/extra').succeeds();
      writeFileSync(paths.projectFile, project);
      writeFileSync(paths.lockfile, lock);
    },
  },
  {
    kind: 'folder-missing',
    why: 'removed',
    do: ({ machine }) => rmSync(machine.at(notesFolder), { recursive: true }),
  },
  {
    kind: 'folder-unknown',
    why: 'put there by hand',
    do: ({ machine }) => mkdirSync(machine.at(notesFolder, '..', "eve's tool")),
  },
  { kind: 'file-missing', why: 'removed', do: ({ machine }) => rmSync(machine.at(notesFolder, 'index.js')) },
  {
    kind: 'file-changed',
    why: 'edited',
    do: ({ machine }) => edit(machine.at(notesFolder, 'index.js'), (text) => `${text}//\n`),
  },
  {
    kind: 'file-extra',
    why: 'put there by hand',
    do: ({ machine }) => writeFileSync(machine.at(notesFolder, 'more.js'), ''),
  },
  {
    kind: 'file-mode',
    why: 'chmod',
    do: ({ machine }) => chmodSync(machine.at(notesFolder, 'index.js'), 0o755),
  },
  {
    kind: 'file-link',
    why: 'a file replaced by a link',
    do: ({ machine }) => {
      rmSync(machine.at(notesFolder, 'index.js'));
      symlinkSync('/etc/hostname', machine.at(notesFolder, 'index.js'));
    },
  },
  {
    kind: 'file-link',
    why: 'the folder replaced by a link',
    do: ({ machine }) => {
      renameSync(machine.at(notesFolder), machine.at('elsewhere'));
      symlinkSync(machine.at('elsewhere'), machine.at(notesFolder));
    },
  },
  {
    kind: 'root-link',
    why: 'all plugins moved elsewhere',
    do: ({ machine, paths }) => {
      renameSync(paths.installedFolder, machine.at('elsewhere'));
      symlinkSync(machine.at('elsewhere'), paths.installedFolder);
    },
  },
  {
    kind: 'host-list-invalid',
    why: 'no JSON',
    on: 'machine',
    do: ({ home }) => writeFileSync(home.ecosystem, garbage),
  },
  {
    kind: 'host-entry-missing',
    why: 'the host began a new list',
    on: 'machine',
    do: ({ home }) => writeFileSync(home.ecosystem, '{"plugins":{}}'),
  },
  {
    kind: 'host-entry-missing',
    why: 'the folder that the host looks into is gone',
    on: 'machine',
    do: ({ home }) =>
      rmSync(path.join(home.defaultRoot, 'usr/share/udos/plugins/community'), { recursive: true }),
  },

  {
    kind: 'trust-state-invalid',
    why: 'no JSON',
    do: ({ trust }) => writeFileSync(path.join(trust, 'state.json'), garbage),
  },
  {
    kind: 'trust-state-invalid',
    why: 'of another registry',
    do: ({ trust }) =>
      edit(path.join(trust, 'state.json'), (text) =>
        text.replace(/udr1[a-z2-7]{52}/, `udr1${'a'.repeat(52)}`),
      ),
  },
  {
    kind: 'trust-roots-invalid',
    why: 'a root is gone',
    do: ({ trust }) => rmSync(path.join(trust, 'roots', '1.json')),
  },
  {
    kind: 'trust-roots-invalid',
    why: 'a root was changed',
    do: ({ trust }) => edit(path.join(trust, 'roots', '1.json'), (text) => `${text} `),
  },
  {
    kind: 'trust-head-invalid',
    why: 'one byte of the kept checkpoint',
    do: ({ trust }) =>
      edit(path.join(trust, 'state.json'), (text) => text.replace(/(issued\\": \\"20)2/, '$13')),
  },
  {
    kind: 'trust-seen-invalid',
    why: 'no JSON',
    do: ({ trust }) => writeFileSync(path.join(trust, 'seen', 'plugins', 'ada--notes.json'), garbage),
  },
  {
    kind: 'index-object-damaged',
    why: 'a byte too many',
    do: ({ trust }) => {
      for (const file of filesBelow(path.join(trust, 'objects')))
        if (readFileSync(file).includes('"ada/notes"')) edit(file, (text) => `${text} `);
    },
  },
  {
    kind: 'registry-evidence',
    why: 'the registry signed two heads',
    do: async (sick) => {
      const registry = sick.world.registry('main');
      await registry.publish('ada/extra', '1.1.0');
      await registry.checkpoint();
      await sync(sick);
      await registry.rewindTo(1);
      await registry.publish('ada/rewritten', '1.0.0');
      await registry.checkpoint();
      await sick.machine.run('registry', 'sync').failsWith('INDEX_EQUIVOCATION');
    },
  },
  {
    kind: 'registry-expired',
    why: 'nobody signed a checkpoint for years',
    do: ({ world }) => {
      world.clock.advanceDays(366);
    },
    before: ({ world }) => world.registry('main').checkpoint(),
  },
  {
    kind: 'registry-expires-soon',
    why: 'a week is left',
    do: ({ world }) => {
      world.clock.advanceDays(358);
    },
    before: ({ world }) => world.registry('main').checkpoint(),
  },
  {
    kind: 'root-expires-soon',
    why: 'a week is left',
    also: ['registry-expired'],
    do: ({ world }) => {
      world.clock.advanceDays(3643);
    },
    before: renewRoot,
  },
  {
    kind: 'root-expired',
    why: 'ten years have passed',
    also: ['registry-expired'],
    do: ({ world }) => {
      world.clock.advanceDays(3651);
    },
    before: renewRoot,
  },
  {
    kind: 'release-yanked',
    why: 'its publisher found a fault',
    do: async (sick) => {
      await sick.world.registry('main').yank('ada/notes', '1.0.0', 'It loses notes.');
      await sick.world.registry('main').checkpoint();
      await sick.machine.run('info', 'ada/notes').succeeds();
    },
  },
  {
    kind: 'release-revoked',
    why: 'the curators recalled it',
    do: async (sick) => {
      const registry = sick.world.registry('main');
      const document = await registry.document('ada/notes' as PluginName);
      const [release] = document?.releases ?? [];
      assert.ok(release);
      const { version, integrity } = release;
      await registry.revoke({
        releases: [{ name: 'ada/notes' as PluginName, version, integrity, reason: 'It steals notes.' }],
      });
      await registry.checkpoint();
      await sync(sick);
    },
  },
  {
    kind: 'plugin-refused',
    why: 'the key of its publisher was revoked',
    do: async (sick) => {
      const registry = sick.world.registry('main');
      const revocations = {
        type: 'udos/revocations@1',
        registry: registry.id,
        serial: 1,
        keys: [{ fp: testKey('eve').fingerprint, reason: 'stolen' }],
        releases: [],
      };
      await registry.forge(registry.signed(layout.revocations, revocations, [registry.keys.curator]));
      await sync(sick);
    },
  },
  {
    kind: 'signers-changed',
    why: 'its publisher has a new key',
    do: async (sick) => {
      await rotatePublisher(
        sick.world.registry('main'),
        'ada',
        ['ada/notes', 'ada/base'],
        testKey('the next key of ada'),
      );
      await sick.machine.run('info', 'ada/notes').succeeds();
      await sick.machine.run('info', 'ada/base').succeeds();
    },
  },

  {
    kind: 'key-invalid',
    why: 'half a file',
    do: ({ home }) => edit(path.join(home.keys, 'work.key'), (text) => text.slice(0, 100)),
  },
  { kind: 'key-exposed', why: 'chmod', do: ({ home }) => chmodSync(path.join(home.keys, 'work.key'), 0o644) },
  {
    kind: 'torn-write',
    why: 'half a key',
    do: ({ home }) => {
      const file = path.join(home.keys, 'work.key.0123456789ab.udos-tmp');
      writeFileSync(file, 'untrusted');
      longAgo(file);
    },
  },

  {
    kind: 'artifact-damaged',
    why: 'cut short',
    do: (sick) => {
      for (const file of artifacts(sick)) {
        chmodSync(file, 0o644);
        writeFileSync(file, readFileSync(file).subarray(0, 10));
      }
    },
  },
  {
    kind: 'artifact-damaged',
    why: 'no artifact at all',
    do: ({ home }) => writeFileSync(path.join(home.store, 'artifacts', 'README'), ''),
  },
  {
    kind: 'store-leftover',
    why: 'a download that was killed',
    do: ({ home }) => writeFileSync(path.join(home.store, 'incoming', 'a'.repeat(32)), 'half'),
  },
  {
    kind: 'receipts-orphaned',
    why: 'a project that was deleted',
    do: async (sick) => {
      const other = path.join(sick.world.base, 'deleted');
      mkdirSync(other);
      await sick.machine.run('add', 'ada/base', '--global', '--root', other).succeeds();
      rmSync(other, { recursive: true });
    },
  },
  {
    kind: 'lock-stale',
    why: 'a command on the project was killed',
    do: ({ machine, paths }) => {
      mkdirSync(`${paths.lockfile}.lock`);
      machine.expireLocks();
    },
  },
  {
    kind: 'lock-stale',
    why: 'a command on the home was killed',
    do: ({ machine, trust, home }) => {
      for (const lock of [`${trust}.lock`, `${home.store}.lock`]) mkdirSync(lock);
      mkdirSync(`${home.store}.users/${'a'.repeat(16)}.lock`, { recursive: true });
      machine.expireLocks();
    },
  },
];

async function renewRoot({ world }: DamagedMachine): Promise<void> {
  const expires = new Date(world.clock.now().getTime() + 365 * 24 * 3_600_000)
    .toISOString()
    .replace(/\.\d+/, '');
  await world.registry('main').nextRoot((root) => ({ ...root, expires }) as typeof root);
  await world.registry('main').checkpoint();
}

describe('udos doctor', () => {
  let world: World;
  let sick: DamagedMachine;

  before(async () => {
    world = await scenario()
      .today()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publisher('eve');
        await registry.publish('ada/base', '1.0.0');
        await registry.publish('ada/extra', '1.0.0');
        await registry.publish('ada/notes', '1.0.0', { needs: { 'ada/base': '^1.0.0' } });
        await registry.publish('ada/notes', '1.1.0', { needs: { 'ada/base': '^1.0.0' } });
        await registry.publish('eve/tool', '1.0.0');
      })
      .build();
    const { machine } = world;
    await world.begin();
    await machine
      .run(
        'registry',
        'add',
        'main',
        world.url('main', 'plain folder'),
        '--id',
        world.registry('main').id,
        '-g',
      )
      .succeeds();
    await machine.run('key', 'generate', 'work', '--no-password').succeeds();
    await machine.run('add', 'ada/notes@1.0.0', 'eve/tool').succeeds();
    await machine.run('add', 'ada/notes@1.0.0', '--global').succeeds();
    const git = (...args: string[]) => execFileSync('git', args, { cwd: machine.project });
    git('init', '--quiet');
    git('add', 'udos.json', 'udos-lock.json');
    git('-c', 'user.name=T', '-c', 'user.email=t@example.org', 'commit', '--quiet', '-m', 'Begin');
    sick = new DamagedMachine(world);
    sick.remember();
  });

  after(() => world.end());

  it('has nothing to say of a healthy machine, in one line, and changes nothing', async () => {
    for (const place of [{}, { global: true }]) {
      const { problems, warnings } = await sick.examine(place);
      assert.deepEqual([...problems, ...warnings], []);
    }
    const before = filesBelow(world.base).map((file) => [file, readFileSync(file).toString('base64')]);
    const { stdout } = await world.run('doctor').succeeds();
    assert.equal(stdout.trim().split('\n').length, 1);
    await world.run('doctor', '--global', '--offline').succeeds();
    assert.deepEqual(
      filesBelow(world.base).map((file) => [file, readFileSync(file).toString('base64')]),
      before,
    );
  });

  it('exits with 7 when there is a problem and shows it in full, and with 0 for warnings alone', async () => {
    rmSync(sick.machine.at(notesFolder, 'index.js'));
    chmodSync(path.join(sick.home.keys, 'work.key'), 0o640);
    const { stdout } = await world.run('doctor').exits(7);
    assert.match(stdout, /x file-missing: .*index\.js\n.*\n.*`udos install --repair`/);
    assert.match(stdout, /! key-exposed/);
    const document = JSON.parse((await world.run('doctor', '--json').exits(7)).stdout) as DoctorResult;
    assert.deepEqual(Object.keys(document), ['healthy', 'home', 'project', 'problems', 'warnings']);
    assert.equal(document.problems[0]?.kind, 'file-missing');
    await world.run('install', '--repair').succeeds();
    assert.match((await world.run('doctor').succeeds()).stdout, /! key-exposed/);
    sick.restore();
  });

  for (const damage of damages) {
    it(`finds ${damage.kind} (${damage.why}), and names what mends it`, async () => {
      const undo = await world.registry('main').mark();
      const now = world.clock.now();
      try {
        const place = { global: damage.on === 'machine' };
        await damage.do(sick);
        const sickness = await sick.examine(place);
        const all = [...sickness.problems, ...sickness.warnings];
        const found = all.filter(({ kind }) => kind === damage.kind);
        assert.ok(found.length > 0, JSON.stringify(all, null, 2));
        assert.equal(sickness.healthy, sickness.problems.length === 0);
        assert.deepEqual(
          all.filter(({ kind }) => kind !== damage.kind && !(damage.also ?? []).includes(kind)),
          [],
        );
        await damage.before?.(sick);
        for (const fix of new Set(found.map((one) => one.fix))) await sick.follow(fix);
        const { problems, warnings } = await sick.examine(place);
        assert.deepEqual([...problems, ...warnings], []);
      } finally {
        world.clock.set(now.toISOString());
        await undo();
        sick.restore();
      }
    });
  }

  it('looks at nothing that a running command may just be changing', async () => {
    rmSync(sick.machine.at(notesFolder), { recursive: true });
    await withLock(`${sick.paths.lockfile}.lock`, async () => {
      const { healthy, warnings } = await sick.examine();
      assert.ok(healthy);
      assert.deepEqual(
        warnings.map(({ kind }) => kind),
        ['lock-held'],
      );
      await assert.rejects(sick.follow('No command here.'));
    });
    assert.equal((await sick.examine()).healthy, false);
    sick.restore();
  });

  it('works outside any project, and in a home that does not exist yet', async () => {
    const fresh = world.newMachine('fresh');
    const { stdout } = await fresh.run('doctor').succeeds();
    assert.match(stdout, /^All is well/);
    assert.ok(!existsSync(fresh.home), 'a home was made');
  });

  it('has a story for every kind of finding', () => {
    const told = new Set<string>([...damages.map(({ kind }) => kind), 'lock-held', 'unreadable']);
    assert.deepEqual([...told].sort(), Object.keys(findingKinds).sort());
  });

  describe('never fails, whatever stands in a file', () => {
    const files = () => {
      const { home, paths, machine } = sick;
      return [
        home.config,
        paths.projectFile,
        paths.lockfile,
        home.ecosystem,
        ...['receipts', 'registries', 'keys', 'store'].flatMap((name) =>
          filesBelow(path.join(machine.home, name)),
        ),
        ...filesBelow(machine.at(notesFolder)),
      ].filter((file) => !file.includes(`${path.sep}source${path.sep}`));
    };

    async function survives(file: string, bytes: Uint8Array | string): Promise<number> {
      const before = readFileSync(file);
      if (process.getuid?.() !== 0) chmodSync(file, 0o600);
      writeFileSync(file, bytes);
      try {
        const found = await Promise.all([sick.examine(), sick.examine({ global: true })]);
        return found.reduce((sum, { problems }) => sum + problems.length, 0);
      } finally {
        writeFileSync(file, before);
      }
    }

    it('not even random bytes, and they are a problem everywhere', async () => {
      const places = files();
      assert.ok(places.length > 20);
      await fc.assert(
        fc.asyncProperty(fc.nat(), fc.uint8Array({ maxLength: 200 }), async (at, bytes) => {
          const file = places[at % places.length] ?? '';
          assert.ok((await survives(file, bytes)) > 0, file);
        }),
        { numRuns: 60 },
      );
      sick.restore();
    });

    it('not even JSON of any other shape', async () => {
      const places = files().filter((file) => file.endsWith('.json'));
      await fc.assert(
        fc.asyncProperty(fc.nat(), fc.json(), async (at, text) => {
          await survives(places[at % places.length] ?? '', text);
        }),
        { numRuns: 40 },
      );
      sick.restore();
    });

    it('not even true JSON with a value changed', async () => {
      const places = files().filter((file) => file.endsWith('.json'));
      const values = fc.constantFrom('', '"x"', '-1', '1e400', 'null', '[]', '{}', '9007199254740991');
      await fc.assert(
        fc.asyncProperty(fc.nat(), fc.nat(), values, async (at, which, value) => {
          const file = places[at % places.length] ?? '';
          const text = readFileSync(file, 'utf8');
          const spots = [...text.matchAll(/(?<=: )("[^"]*"|\d+|null|true|false)/g)];
          const spot = spots[which % Math.max(1, spots.length)];
          if (spot === undefined) return;
          await survives(file, text.slice(0, spot.index) + value + text.slice(spot.index + spot[0].length));
        }),
        { numRuns: 60 },
      );
      sick.restore();
    });
  });

  it('says what it cannot read at all', async () => {
    rmSync(sick.home.keys, { recursive: true });
    rmSync(path.join(sick.home.store, 'artifacts'), { recursive: true });
    mkdirSync(path.join(sick.home.keys, 'work.key'), { recursive: true });
    const { problems } = await sick.examine();
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ['key-invalid'],
    );
    assert.ok(readdirSync(sick.home.keys).length > 0);
    sick.restore();
  });
});
