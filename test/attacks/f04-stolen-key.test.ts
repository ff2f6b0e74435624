import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { layout } from '../../src/model/index-layout.js';
import { testKey } from '../kit/keys.js';
import type { TestRegistry } from '../kit/test-registry.js';
import { threat } from '../kit/threat.js';
import { ada, forgeDocument, notes, recoveryOfAda } from './forgeries.js';
import { unsigned } from './because.js';
import { everything, Stage } from './stage.js';

const fresh = testKey('the fresh key');
const revokedKey = { keys: [{ fp: ada.fingerprint, reason: 'stolen' }] };

/** The thief has ada's one key. What it signed before anybody knew is genuine; the registry answers by revoking. */
threat('F4', 'A stolen publisher key', () => {
  const stage = new Stage();
  const parts = everything.filter((part) => part !== 'trust');

  /** The rogue release is the one that the victim would update to. */
  const recalled = () =>
    stage.goOn((registry) =>
      registry.revoke({ releases: [{ name: notes, version: '1.1.0' as never, reason: 'rogue' }] }),
    );

  it('a release that was recalled by name is chosen by nobody', async () => {
    const { victim } = await recalled();
    await victim.run('add', 'ada/notes@1.1.0').failsWith('UNSATISFIABLE', /1\.1\.0/);
    victim.expectUnchanged(...parts);
    await victim.run('update').succeeds();
    victim.expectUnchanged('lockfile', 'installed');
  });

  it('a release that was recalled is not installed though it is locked, frozen or not', async () => {
    const owner = stage.victim();
    await owner.run('update').succeeds();
    await recalled();
    for (const flags of [[], ['--frozen']]) {
      const colleague = stage.world.newMachine(`colleague${flags.join('')}`);
      colleague.copyFrom(owner, 'udos.json', 'udos-lock.json');
      await colleague
        .run('install', ...flags)
        .failsWith('RELEASE_REVOKED', /recalled by its registry: rogue/);
      colleague.expectUnchanged(...parts);
    }
  });

  it('a release that was recalled is not passed over where it is installed already, frozen or not', async () => {
    const { victim } = await stage.goOn((registry) =>
      registry.revoke({ releases: [{ name: notes, version: '1.0.0' as never, reason: 'rogue' }] }),
    );
    for (const flags of [[], ['--frozen'], ['--offline']]) {
      await victim.run('install', ...flags).failsWith('RELEASE_REVOKED', /rogue/);
      victim.expectUnchanged(...parts);
    }
    await victim.run('update').succeeds();
    await victim.run('install', '--frozen').succeeds();
  });

  it('an install with nothing to do goes on where nobody can be asked, and says so', async () => {
    const victim = stage.victim();
    renameSync(stage.registry.folder, `${stage.registry.folder}.gone`);
    const { stdout, stderr } = await victim.run('install', '--frozen').succeeds();
    renameSync(`${stage.registry.folder}.gone`, stage.registry.folder);
    assert.match(stderr, /warning: Whether anything installed was recalled, nobody said/);
    assert.match(stdout, /what is locked is there\. `udos verify` looks at every file/);
  });

  it('a recall that this machine knows is not hidden by a host that falls silent', async () => {
    const { victim } = await stage.goOn((registry) =>
      registry.revoke({ releases: [{ name: notes, version: '1.0.0' as never, reason: 'rogue' }] }),
    );
    await victim.run('registry', 'sync').succeeds();
    renameSync(stage.registry.folder, `${stage.registry.folder}.gone`);
    for (const flags of [[], ['--frozen'], ['--offline']])
      await victim.run('install', ...flags).failsWith('RELEASE_REVOKED', /rogue/);
    renameSync(`${stage.registry.folder}.gone`, stage.registry.folder);
    victim.expectUnchanged(...parts);
  });

  it('all releases of a plugin are recalled at once', async () => {
    const { victim } = await stage.goOn((registry) =>
      registry.revoke({ releases: [{ name: notes, version: '*', reason: 'all of it' }] }),
    );
    await victim
      .run('install', '--repair')
      .failsWith('RELEASE_REVOKED', /recalled by its registry: all of it/);
    victim.expectUnchanged(...parts);
  });

  it('what only the revoked key vouches for is not believed, until the fresh key does', async () => {
    const victim = stage.victim();
    await stage.registry.forge(await signedByCurators(stage.registry));
    await victim
      .run('update')
      .failsWith(
        'PUBLISHER_INVALID',
        new RegExp(`the registry revoked the key ${ada.fingerprint.slice(0, 16)} `),
      );
    victim.expectUnchanged(...parts);
    await stage.registry.forge(await recoveryOfAda(stage.registry, fresh));
    await victim.run('update', '--yes').succeeds();
    assert.match(victim.read('udos-lock.json'), new RegExp(fresh.fingerprint));
  });

  it('what the thief signs after that is not believed', async () => {
    const victim = stage.victim();
    await stage.registry.forge(
      new Map([...(await signedByCurators(stage.registry)), ...(await recoveryOfAda(stage.registry, fresh))]),
    );
    await victim.run('update', '--yes').succeeds();
    await forgeDocument(stage.registry, (document) => ({ ...document, description: 'The thief was here.' }), [
      ada,
    ]);
    await stage.refuses('DOCUMENT_INVALID', unsigned('the release role of ada, version 2'), ['update'], {
      victim,
      moves: ['trust/head'],
      recover: () =>
        forgeDocument(stage.registry, (document) => ({ ...document, serial: document.serial + 1 }), [fresh]),
    });
  });

  it('the revocation is hidden: an older list, and none', async () => {
    const releases = [{ name: notes, version: '1.1.0' as never, reason: 'rogue' }];
    const known = await stage.goOn((registry) => registry.revoke({ releases }, 2));
    await stage.registry.forge(
      stage.registry.signed(
        layout.revocations,
        {
          type: 'udos/revocations@1',
          registry: stage.registry.id,
          serial: 1,
          keys: [],
          releases: [],
        } as { type: string },
        [stage.registry.keys.curator],
      ),
    );
    await known.victim.run('update').failsWith('REVOCATIONS_INVALID', /serial 2 was seen before, found 1/);
    known.victim.expectUnchanged(...everything);
    await known.recover();
    const sidecars = await stage.registry.withSidecars(layout.revocations);
    await stage.registry.forge(new Map([...sidecars.keys()].map((file) => [file, null])));
    await known.victim
      .run('update')
      .failsWith('REVOCATIONS_INVALID', /serial 2 was seen before, and now there are none/);
    known.victim.expectUnchanged(...everything);
  });
});

/** The curators revoke ada's key. */
function signedByCurators(registry: TestRegistry) {
  const revocations = {
    type: 'udos/revocations@1',
    registry: registry.id,
    serial: 1,
    ...revokedKey,
    releases: [],
  };
  return Promise.resolve(registry.signed(layout.revocations, revocations, [registry.keys.curator]));
}
