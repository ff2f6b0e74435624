import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { layout } from '../../../src/model/index-layout.js';
import type { PluginName } from '../../../src/model/names.js';
import { checkRegistry } from '../../../src/operations/registry-check.js';
import { judgeRelease } from '../../../src/operations/steps/judge-release.js';
import { prepareCheckpoint, withChanges, type Changes, type IndexTree } from '../../../src/registry/index.js';
import { refusalOf } from '../../kit/client.js';
import { testContext } from '../../kit/context.js';
import { git } from '../../kit/git-cli.js';
import { registryWorld } from './world.js';

const notes = 'ada/notes' as PluginName;
const artifact = layout.artifact(notes, '1.0.0' as never);
const otherBytes: Changes = new Map([[artifact, Buffer.from('something else')]]);
const gone: Changes = new Map([[artifact, null]]);

describe('a published artifact', () => {
  const world = registryWorld();

  const prepare = (changes: Changes, published: IndexTree = world.registry.published) =>
    prepareCheckpoint({
      registry: world.registry.id,
      main: withChanges(world.registry.main, changes),
      published,
      signers: [world.registry.keys.checkpoint],
      now: world.clock.now().getTime(),
      lifetime: 24 * 60 * 60 * 1000,
      judgeRelease,
    });
  /** What was kept back, and which bytes of the artifact are in the result. */
  const outcome = async (changes: Changes, published?: IndexTree) => {
    const { keptBack, changes: made } = await prepare(changes, published);
    const result = withChanges(withChanges(world.registry.main, changes), made);
    return {
      keptBack: keptBack.map(({ path, error }) => [path, error.code]),
      bytes: (await result.read([artifact])).get(artifact),
    };
  };

  it('that is changed or deleted on main is named, and its published bytes stay', async () => {
    const published = await world.registry.bytes(artifact, world.registry.published);
    const changed = await outcome(otherBytes);
    assert.deepEqual(changed.keptBack, [[artifact, 'ARTIFACT_MISMATCH']]);
    assert.deepEqual(changed.bytes, published);
    const deleted = await outcome(gone);
    assert.deepEqual(deleted.keptBack, [[artifact, 'ARTIFACT_NOT_FOUND']]);
    assert.deepEqual(deleted.bytes, published);
  });

  it('stays when a folder takes its place', async () => {
    const { keptBack, bytes } = await outcome(
      new Map([...gone, [`${artifact}/inside`, Buffer.from('something else')]]),
    );
    assert.deepEqual(keptBack, [[artifact, 'ARTIFACT_NOT_FOUND']]);
    assert.deepEqual(bytes, await world.registry.bytes(artifact, world.registry.published));
  });

  it('holds its place no longer once its release is revoked', async () => {
    await world.registry.revoke({
      releases: [{ name: notes, version: '1.0.0' as never, reason: 'malware' }],
    });
    assert.deepEqual(await outcome(gone), { keptBack: [], bytes: undefined });
    assert.deepEqual((await outcome(otherBytes)).keptBack, []);
  });

  it('may be mended when the published bytes are not those of its release', async () => {
    const { main, published } = world.registry;
    const { keptBack, bytes } = await outcome(new Map(), withChanges(published, otherBytes));
    assert.deepEqual(keptBack, []);
    assert.deepEqual(bytes, await world.registry.bytes(artifact, main));
  });

  it('that no release needs may go', async () => {
    const stray = 'artifacts/ada/notes/stray.tgz';
    const published = withChanges(world.registry.published, new Map([[stray, Buffer.from('old')]]));
    assert.deepEqual((await outcome(new Map(), published)).keptBack, []);
  });

  it('is not read while nobody touches it', async () => {
    const read: string[] = [];
    const watched = (tree: IndexTree): IndexTree => ({
      ...tree,
      read: (paths) => {
        read.push(...paths);
        return tree.read(paths);
      },
    });
    await prepareCheckpoint({
      registry: world.registry.id,
      main: watched(world.registry.main),
      published: watched(world.registry.published),
      signers: [world.registry.keys.checkpoint],
      now: world.clock.now().getTime(),
      lifetime: 24 * 60 * 60 * 1000,
      judgeRelease,
    });
    assert.ok(read.includes(layout.document(notes)));
    assert.ok(!read.includes(artifact));
  });

  it('is missed in the check of a pull request, which needs only a clone', async () => {
    const clone = world.sandbox.at('clone');
    git(world.sandbox.folder, 'clone', '--quiet', world.registry.repository, clone);
    const context = testContext({ home: world.sandbox.at('home'), cwd: clone }, world.clock);
    assert.equal((await checkRegistry(context, {})).comparedWithPublished, true);
    const problems = async () =>
      (
        (await refusalOf('INDEX_INVALID', () => checkRegistry(context, {}))).data.problems as {
          path: string;
          code: string;
        }[]
      ).map(({ path, code }) => [path, code]);
    writeFileSync(`${clone}/${artifact}`, 'something else');
    assert.deepEqual(await problems(), [[artifact, 'ARTIFACT_MISMATCH']]);
    rmSync(`${clone}/${artifact}`);
    assert.deepEqual(await problems(), [[artifact, 'ARTIFACT_NOT_FOUND']]);
  });
});
