import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { PluginName } from '../../../src/model/names.js';
import { filesBelow, type DamagedMachine } from '../../kit/damage.js';
import { runWithFault } from '../../kit/faults.js';
import { edit, garbage, longAgo, notesFolder, receiptOf, type Damage } from './damage.js';

/** Kills a repair at a rename: the second is its decision. */
const killRepair = (at: number) => async (sick: DamagedMachine) => {
  const { machine } = sick;
  const plan = { on: 'rename', at, how: 'kill' } as const;
  const { status } = await runWithFault(machine, plan, 'install', '--repair', '--offline');
  assert.equal(status, null, 'it was not killed');
  machine.expireLocks();
};

/** What can be wrong with a project and with what is installed, as udos and the host see it. */
export const projectDamages: readonly Damage[] = [
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
];
