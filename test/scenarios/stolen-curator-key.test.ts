import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { PluginDocument, PublisherDocument } from '../../src/model/formats/index.js';
import { layout } from '../../src/model/index-layout.js';
import type { PluginName, Publisher, Sha256 } from '../../src/model/names.js';
import { formatPublicKeyFile, sha256Hex } from '../../src/primitives/crypto/index.js';
import { signFile } from '../../src/registry/index.js';
import { git } from '../kit/git-cli.js';
import { Guide } from '../kit/guide.js';
import { holdKey } from '../kit/key-files.js';
import { testKey } from '../kit/keys.js';
import type { Machine } from '../kit/machine.js';
import { scenario, type World } from '../kit/scenario.js';
import type { TestRegistry } from '../kit/test-registry.js';

interface Rotated {
  readonly state: string;
  readonly resigned: readonly string[];
  readonly notPublished: readonly string[];
  readonly recoveries: readonly { readonly publisher: string; readonly isPublished: boolean }[];
}

const thief = testKey('thief');
const zoes = layout.publisher('zoe' as Publisher, 1);

describe('a curator’s key is stolen', () => {
  const guide = new Guide('stolen-curator-key.md');
  const rotate = 'udos registry rotate --replace carol=carol-2';
  const inIndex = ['--index', 'index'];
  let world: World;
  let owner: Machine;
  let user: Machine;

  before(async () => {
    world = await scenario()
      .registry('main', async (registry) => {
        for (const name of ['ada', 'bob']) await registry.publisher(name);
        for (const name of ['ada/notes', 'bob/base']) await registry.publish(name, '1.0.0');
      })
      .build();
    const registry = world.registry('main');
    user = world.machine;
    await world.begin('main', 'local repository', user);
    await user.run('add', 'ada/notes', 'bob/base').succeeds();

    await registry.edit(await takeOver(registry, 'bob/base' as PluginName));
    await registry.checkpoint();
    await registry.edit(await takeOver(registry, 'ada/notes' as PluginName));
    await registry.publisher('zoe');

    owner = world.newMachine('owner');
    const { root, checkpoint, curator } = registry.keys;
    for (const [name, key] of Object.entries({ root, ci: checkpoint, carol: curator }))
      await holdKey(owner.home, name, key);
    git(owner.at(), 'clone', '--quiet', '--branch', 'main', registry.repository, 'index');
    git(owner.at('index'), 'branch', '--quiet', 'published', 'origin/published');
    for (const [key, value] of [
      ['user.name', 'Owner'],
      ['user.email', 'owner@example.org'],
    ] as const)
      git(owner.at('index'), 'config', key, value);
  });

  after(() => world.end());

  const push = () => git(owner.at('index'), 'push', '--quiet', 'origin', 'main', 'published');

  it('the owner sees what clients have, and what they do not have yet', async () => {
    await guide.follow(owner, 'udos key generate carol-2', ['--no-password']).succeeds();
    const { stdout } = await guide.follow(owner, `${rotate} --dry-run`, inIndex).succeeds();
    const [published = '', apart = ''] = stdout.split('On main, not published');
    const given = (publisher: string) =>
      `a recovery that gives ${publisher} to ${thief.fingerprint.slice(0, 16)}`;
    assert.ok(published.includes(given('bob')), stdout);
    assert.ok(apart.includes(given('ada')) && apart.includes(zoes), stdout);
    assert.ok(!published.includes('plugins/ad/ada/publisher/2.json') && !apart.includes('bob'));
  });

  it('takes the key away, and signs nothing of the thief’s that is new', async () => {
    git(owner.at('index'), 'rm', '--quiet', 'plugins/ad/ada/publisher/2.json*');
    git(owner.at('index'), 'commit', '--quiet', '--message', 'Remove what a thief put here');
    const { stdout } = await guide.follow(owner, rotate, [...inIndex, '--yes', '--json']).succeeds();
    const rotated = JSON.parse(stdout) as Rotated;
    assert.deepEqual([rotated.state, rotated.notPublished], ['published', [zoes]]);
    assert.deepEqual(
      rotated.recoveries.map(({ publisher, isPublished }) => [publisher, isPublished]),
      [['bob', true]],
    );
    push();
    const colleague = world.newMachine('colleague');
    colleague.copyFrom(user, 'udos.json', 'udos-lock.json');
    await colleague.run('install', '--frozen').failsWith('PUBLISHER_RECOVERED');
    colleague.expectUnchanged('lockfile', 'installed', 'store');
    const fresh = world.newMachine('fresh');
    await world.begin('main', 'local repository', fresh);
    await fresh.run('add', 'ada/notes').succeeds();
    assert.match(fresh.read('udos-lock.json'), new RegExp(testKey('ada').fingerprint));
  });

  it('signs what is good after a look at it', async () => {
    const line = `udos registry sign ${zoes} --key carol-2`;
    await guide.follow(owner, line, ['--yes'], { [zoes]: `index/${zoes}` }).succeeds();
    git(owner.at('index'), 'add', 'plugins');
    git(owner.at('index'), 'commit', '--quiet', '--message', 'Grant zoe, after a look at it');
    const { stdout } = await guide
      .follow(owner, 'udos registry checkpoint', [...inIndex, '--json'])
      .succeeds();
    assert.deepEqual((JSON.parse(stdout) as { keptBack: object[] }).keptBack, []);
    push();
    assert.ok(git(owner.at('index'), 'ls-tree', '--name-only', 'published', zoes));
  });

  it('gives back what the thief had given away', async () => {
    const meant = { '3f5e0c9ab71d2e64': thief.fingerprint.slice(0, 16) };
    const line = 'udos registry revoke 3f5e0c9ab71d2e64 --reason "a thief\'s key"';
    await guide.follow(owner, line, [...inIndex, '--yes'], meant).succeeds();
    writeFileSync(owner.at('bob.pub'), formatPublicKeyFile(testKey('bob again').secret.publicKey));
    const recover = 'udos registry publisher recover bob --new bob.pub';
    await guide.follow(owner, recover, [...inIndex, '--yes']).succeeds();
    await owner.run('registry', 'checkpoint', ...inIndex).succeeds();
    push();
    const fresh = world.newMachine('careful');
    await world.begin('main', 'local repository', fresh);
    await fresh.run('add', 'bob/base').failsWith('DOCUMENT_INVALID');
    fresh.expectUnchanged('lockfile', 'installed', 'store');
    await fresh.run('add', 'ada/notes').succeeds();
  });

  it('and no command of the guide was left out', () => {
    guide.assertFollowed();
  });
});

/** A thief with the curator's key gives a publisher to itself, and vouches for its plugin. */
async function takeOver(registry: TestRegistry, plugin: PluginName): Promise<Map<string, Uint8Array>> {
  const publisher = plugin.split('/')[0] as Publisher;
  const first = await registry.bytes(layout.publisher(publisher, 1));
  const role = { keys: [thief.fingerprint], threshold: 1 };
  const document: PublisherDocument = {
    ...(JSON.parse(Buffer.from(first).toString()) as PublisherDocument),
    version: 2,
    previous: sha256Hex(first) as Sha256,
    recovery: true,
    keys: { [thief.fingerprint]: thief.encoded },
    owners: role,
    release: role,
  };
  const path = layout.document(plugin);
  const bytes = await registry.bytes(path);
  const { type, serial } = JSON.parse(Buffer.from(bytes).toString()) as PluginDocument;
  return new Map([
    ...registry.signed(layout.publisher(publisher, 2), document, [registry.keys.curator, thief]),
    signFile(thief, registry.id, { path, bytes, type, n: serial }),
  ]);
}
