import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { layout } from '../../../src/model/index-layout.js';
import type { PluginName } from '../../../src/model/names.js';
import { filesBelow, type DamagedMachine } from '../../kit/damage.js';
import { testKey } from '../../kit/keys.js';
import { rotatePublisher } from '../../kit/rotation.js';
import { edit, garbage, longAgo, type Damage } from './damage.js';

const sync = ({ machine }: DamagedMachine) => machine.run('registry', 'sync').succeeds();
const artifacts = ({ home }: DamagedMachine) => filesBelow(path.join(home.store, 'artifacts'));

/** What can be wrong with a home: what it believes of registries, its keys, its store, its locks. */
export const homeDamages: readonly Damage[] = [
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
    kind: 'trust-seen-invalid',
    why: 'another serial',
    do: ({ trust }) =>
      edit(path.join(trust, 'seen', 'plugins', 'ada--notes.json'), (text) =>
        text.replace(/"serial": \d+/, '"serial": 900'),
      ),
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
    kind: 'evidence-unproven',
    why: 'a head without its signatures',
    do: ({ trust }) => {
      const folder = path.join(trust, 'evidence', '2026-11-24T08-00-00-000Z-rollback');
      mkdirSync(folder, { recursive: true });
      const { head } = JSON.parse(readFileSync(path.join(trust, 'state.json'), 'utf8')) as {
        head: { sha256: string; checkpoint: string };
      };
      writeFileSync(path.join(folder, `${head.sha256}.json`), head.checkpoint);
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
