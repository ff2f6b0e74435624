import assert from 'node:assert/strict';
import type { PublisherDocument } from '../../src/model/formats/index.js';
import { layout } from '../../src/model/index-layout.js';
import type { Publisher, Sha256 } from '../../src/model/names.js';
import { testKey } from '../kit/keys.js';
import type { TestRegistry } from '../kit/test-registry.js';
import { threat } from '../kit/threat.js';
import {
  ada,
  forgePublisher,
  forgeRelease,
  notes,
  recoveryOfAda,
  takenOverBy,
  thief,
  withdrawForgedRelease,
} from './forgeries.js';
import { unsigned } from './because.js';
import { aHead, everything, Stage } from './stage.js';

const update = ['update'] as const;
const adaOne = layout.publisher('ada' as Publisher, 1);
const adaTwo = layout.publisher('ada' as Publisher, 2);
const heir = testKey('the heir');

threat('F3', 'Publisher takeover', () => {
  const stage = new Stage();
  /** The head is genuine, the publisher's second version is not, and goes. */
  const belowTheHead = {
    moves: aHead,
    recover: () => {
      const second = stage.registry.published.paths.filter((file) => file.startsWith(adaTwo));
      return stage.registry.forge(new Map(second.map((file) => [file, null])));
    },
  };

  it('the new keys sign for themselves', async () => {
    await forgePublisher(stage.registry, takenOverBy(thief), [thief]);
    await stage.refuses('PUBLISHER_INVALID', unsigned('the owners of version 1'), update, belowTheHead);
  });

  it('the old key is stolen, and signs for keys that do not sign', async () => {
    await forgePublisher(stage.registry, takenOverBy(heir), [ada]);
    await stage.refuses('PUBLISHER_INVALID', unsigned('the owners of version 2'), update, belowTheHead);
  });

  it('curators replace the owners and do not say so', async () => {
    await forgePublisher(stage.registry, takenOverBy(thief), [stage.registry.keys.curator, thief]);
    await stage.refuses('PUBLISHER_INVALID', unsigned('the owners of version 1'), update, belowTheHead);
  });

  it('somebody who is no curator calls it a recovery', async () => {
    const recovery = (document: PublisherDocument) => ({
      ...takenOverBy(thief)(document),
      recovery: true as const,
    });
    await forgePublisher(stage.registry, recovery, [stage.registry.keys.checkpoint, thief]);
    await stage.refuses('PUBLISHER_INVALID', unsigned('the curator role'), update, belowTheHead);
  });

  it('a second version that follows another first one, signed as it should be', async () => {
    const previous = 'a'.repeat(64) as Sha256;
    await forgePublisher(stage.registry, (document) => ({ ...document, previous }), [ada]);
    const because = { problem: /publisher\/2\.json does not follow version 1/ };
    await stage.refuses('PUBLISHER_INVALID', because, update, belowTheHead);
  });

  it('whoever has the key wants more than the publisher asked for: not without a yes', async () => {
    const permissions = ['fs:read:notes/**', 'net:example.org'] as const;
    await forgeRelease(stage.registry, { options: { permissions } });
    await stage.refuses('PERMISSIONS_WIDENED', { plugin: notes, widened: permissions }, update, {
      moves: [...aHead, 'trust/plugins/ada--notes'],
      recover: () => withdrawForgedRelease(stage.registry),
    });
  });

  it('the history of the publisher begins anew', async () => {
    const { registry } = stage;
    const first = JSON.parse(Buffer.from(await registry.bytes(adaOne)).toString()) as PublisherDocument;
    const changes = new Map<string, Uint8Array | null>();
    for (const file of (await registry.withSidecars(adaOne)).keys()) changes.set(file, null);
    for (const [file, bytes] of registry.signed(adaOne, takenOverBy(thief)(first), [
      registry.keys.curator,
      thief,
    ]))
      changes.set(file, bytes);
    await registry.forge(changes);
    await stage.refuses(
      'PUBLISHER_INVALID',
      { problem: 'version 1 is missing or is not the one seen before' },
      update,
      {
        moves: aHead,
        recover: async () => registry.forge(await registry.withSidecars(adaOne, registry.main)),
      },
    );
  });

  describe('curators recover the publisher, as they may', () => {
    const recovered = () => stage.goOn((registry) => recover(registry));

    it('is refused by a frozen install, on every machine and every time', async () => {
      await recovered();
      for (const machine of [stage.newcomer(), stage.newcomer()]) {
        for (let time = 0; time < 2; time += 1) {
          await machine
            .run('install', '--frozen')
            .failsWith('PUBLISHER_RECOVERED', /The curators of the registry, not its owners/);
          machine.expectUnchanged('lockfile', 'project', 'installed', 'receipts');
        }
      }
    });

    it('is not passed over by an install that has nothing else to do, until somebody says yes', async () => {
      const { victim } = await recovered();
      for (const flags of [[], ['--frozen']]) {
        await victim
          .run('install', ...flags)
          .failsWith('PUBLISHER_RECOVERED', /The curators of the registry, not its owners/);
        victim.expectUnchanged(...everything.filter((part) => part !== 'trust'));
      }
      await victim.run('install', '--yes').succeeds();
      victim.expectUnchanged('installed', 'project');
      await victim.run('install', '--frozen').succeeds();
    });

    it('is refused by an update off a terminal, until somebody says yes', async () => {
      const { victim } = await recovered();
      await victim
        .run(...update)
        .failsWith('PUBLISHER_RECOVERED', /The curators of the registry, not its owners/);
      victim.expectUnchanged(...everything.filter((part) => part !== 'trust'));

      const { stdout } = await victim.run('update', '--yes').succeeds();
      assert.match(stdout, /curators, not its owners, gave its publisher new keys/);
      const colleague = stage.world.newMachine('colleague');
      colleague.copyFrom(victim, 'udos.json', 'udos-lock.json');
      await colleague.run('install', '--frozen').succeeds();
    });
  });
});

/** The curators' version of ada, and no signature of her old key left. */
async function recover(registry: TestRegistry): Promise<void> {
  const path = layout.document(notes);
  const old = [...(await registry.withSidecars(path, registry.main)).keys()].filter((file) => file !== path);
  await registry.edit(
    new Map<string, Uint8Array | null>([
      ...old.map((file) => [file, null] as const),
      ...(await recoveryOfAda(registry, heir)),
    ]),
  );
}
