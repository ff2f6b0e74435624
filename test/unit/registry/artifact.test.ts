import assert from 'node:assert/strict';
import { judgeArchive, verifyArtifactSignature, type ReleaseClaim } from '../../../src/artifact/index.js';
import type { Release } from '../../../src/model/formats/index.js';
import { layout, trustedComment } from '../../../src/model/index-layout.js';
import type { PluginName } from '../../../src/model/names.js';
import type { Version } from '../../../src/model/version.js';
import { judgeRelease } from '../../../src/operations/steps/judge-release.js';
import { packFiles } from '../../../src/primitives/archive/index.js';
import { blake2b512, sha512Integrity } from '../../../src/primitives/crypto/index.js';
import { withChanges } from '../../../src/registry/index.js';
import { refusalOf } from '../../kit/client.js';
import { testKey } from '../../kit/keys.js';
import { archives } from '../../../fixtures/archives/archives.js';
import { registryWorld } from './world.js';

const ada = testKey('ada');
const notes = 'ada/notes' as PluginName;
const one = '1.0.0' as Version;

/** The release of ada/notes 1.0.0 as it is listed, its artifact, and the keys that may have signed it. */
function releaseWorld() {
  const world = registryWorld();
  const file = layout.artifact(notes, one);
  return {
    world,
    /** Judges the release with other facts, other artifact bytes or other keys. */
    judge: async (
      change: Partial<Release> = {},
      bytes?: Uint8Array | null,
      keys: ReadonlyMap<string, string> = new Map([[ada.fingerprint, ada.encoded]]),
    ) => {
      const document = await world.registry.document(notes);
      assert.ok(document);
      const release = { ...document.releases[0], ...change } as Release;
      const tree =
        bytes === undefined
          ? world.registry.main
          : withChanges(world.registry.main, new Map([[file, bytes]]));
      await judgeRelease(tree, world.registry.id, document, release, keys);
    },
    artifact: () => world.registry.bytes(file),
    claim: async (change: Partial<Release> = {}): Promise<ReleaseClaim> => {
      const document = await world.registry.document(notes);
      return {
        registry: world.registry.id,
        plugin: notes,
        release: { ...document?.releases[0], ...change } as Release,
        artifactKeys: new Map([[ada.fingerprint, ada.encoded]]),
      };
    },
    comment: (version = one) => trustedComment.release(world.registry.id, notes, version),
  };
}

describe('check 15: an artifact has its size, its hash and its signature', () => {
  const { world, judge, artifact, claim, comment } = releaseWorld();

  it('accepts what was published, and names the signer', async () => {
    await judge();
    assert.equal(verifyArtifactSignature(await claim(), blake2b512(await artifact())), ada.fingerprint);
  });

  it('accepts a signature by a key that was ever listed, whichever it is', async () => {
    const later = testKey('later');
    const keys = [later, ada].map((key) => [key.fingerprint, key.encoded] as const);
    await judge({}, undefined, new Map(keys));
  });

  it('refuses an artifact of another size, or with other bytes of the same size', async () => {
    const bytes = await artifact();
    await refusalOf('ARTIFACT_MISMATCH', () => judge({}, Buffer.concat([bytes, Buffer.alloc(1)])));
    await refusalOf('ARTIFACT_MISMATCH', () => judge({}, bytes.subarray(1)));
    const other = Buffer.from(bytes);
    other[100] = (other[100] ?? 0) ^ 1;
    await refusalOf('ARTIFACT_MISMATCH', () => judge({}, other));
    await refusalOf('ARTIFACT_MISMATCH', () => judge({ size: bytes.length + 1 }));
  });

  it('refuses an artifact that is not there', async () => {
    await refusalOf('ARTIFACT_NOT_FOUND', () => judge({}, null));
  });

  it('refuses a signature by another key, and a publisher without keys', async () => {
    const stranger = testKey('stranger');
    const minisig = stranger.sign(await artifact(), comment());
    await refusalOf('ARTIFACT_SIGNATURE_INVALID', () => judge({ minisig }));
    await refusalOf('ARTIFACT_SIGNATURE_INVALID', () => judge({}, undefined, new Map()));
  });

  it('refuses a signature for another version, plugin or registry', async () => {
    const bytes = await artifact();
    for (const other of [
      comment('1.0.1' as Version),
      trustedComment.release(world.registry.id, 'ada/votes' as PluginName, one),
      trustedComment.release(`udr1${'a'.repeat(52)}`, notes, one),
      `${comment()} `,
      '',
    ]) {
      const minisig = ada.sign(bytes, other);
      await refusalOf('ARTIFACT_SIGNATURE_INVALID', () => judge({ minisig }));
    }
  });

  it('refuses a signature over other bytes, and what is no signature', async () => {
    const minisig = ada.sign(Buffer.from('other bytes'), comment());
    await refusalOf('ARTIFACT_SIGNATURE_INVALID', () => judge({ minisig }));
    await refusalOf('ARTIFACT_SIGNATURE_INVALID', () => judge({ minisig: 'trust me' }));
  });

  it('refuses a listed key of small order, under which anything is signed', async () => {
    const weak = Buffer.from(ada.encoded, 'base64');
    weak.fill(0, 10);
    weak[10] = 1;
    const keys = new Map([[ada.fingerprint, weak.toString('base64')]]);
    const error = await refusalOf('ARTIFACT_SIGNATURE_INVALID', () => judge({}, undefined, keys));
    assert.match(error.message, /small order/);
  });
});

describe('check 16: the whole archive is judged, and says what the index says', () => {
  const { judge, artifact, claim, comment } = releaseWorld();

  /** A release record that fits other bytes, signed by the publisher. */
  const recordOf = (bytes: Uint8Array, unpackedSize: number, files: number): Partial<Release> => ({
    size: bytes.length,
    unpackedSize,
    files,
    integrity: sha512Integrity(bytes) as Release['integrity'],
    minisig: ada.sign(bytes, comment()),
  });

  it('accepts an archive that agrees with its record', async () => {
    const { manifest, listing } = await judgeArchive(await claim(), streamOf(await artifact()));
    assert.equal(manifest.name, notes);
    assert.deepEqual(listing.entries.map((entry) => entry.path).sort(), ['index.js', 'udos-plugin.json']);
  });

  for (const [field, value] of [
    ['engines', { udos: '>=9' }],
    ['dependencies', { 'ada/base': '^1' }],
    ['optionalDependencies', { 'ada/base': '^1' }],
    ['permissions', ['net:example.org']],
    ['license', 'Apache-2.0'],
    ['tier', 'premium'],
  ] as const) {
    it(`refuses a manifest with other ${field} than the index`, async () => {
      const error = await refusalOf('MANIFEST_MISMATCH', () => judge({ [field]: value }));
      assert.equal(error.data.field, field);
    });
  }

  it('refuses a manifest with another version or name', async () => {
    const bytes = await artifact();
    const version = '1.0.1' as Version;
    const minisig = ada.sign(bytes, comment(version));
    const changed = await claim({ version, minisig });
    const error = await refusalOf('MANIFEST_MISMATCH', () => judgeArchive(changed, streamOf(bytes)));
    assert.equal(error.data.field, 'version');
    await refusalOf('MANIFEST_MISMATCH', async () =>
      judgeArchive({ ...(await claim()), plugin: 'ada/votes' as PluginName }, streamOf(bytes)),
    );
  });

  it('refuses more or fewer files and bytes than the record says', async () => {
    const { release } = await claim();
    await refusalOf('ARCHIVE_UNSAFE', () => judge({ files: release.files + 1 }));
    await refusalOf('ARCHIVE_UNSAFE', () => judge({ files: release.files - 1 }));
    await refusalOf('ARCHIVE_UNSAFE', () => judge({ unpackedSize: release.unpackedSize - 1 }));
  });

  it('refuses an archive without a manifest, or with a spoilt one', async () => {
    for (const [name, code] of [
      ['readme.md', 'ARCHIVE_UNSAFE'],
      ['udos-plugin.json', 'MANIFEST_INVALID'],
    ] as const) {
      const { bytes, unpackedSize, files } = packFiles([
        { path: name, bytes: Buffer.from('{"name":"ada/notes"}'), executable: false },
      ]);
      await refusalOf(code, () => judge(recordOf(bytes, unpackedSize, files), bytes));
    }
  });

  it('refuses an archive without the program that its manifest names', async () => {
    const manifest = {
      name: notes,
      version: one,
      description: 'What ada/notes does.',
      license: 'MIT',
      category: 'productivity/notes',
      main: 'missing.js',
      runtime: 'node',
    };
    const { bytes, unpackedSize, files } = packFiles([
      { path: 'udos-plugin.json', bytes: Buffer.from(JSON.stringify(manifest)), executable: false },
    ]);
    const error = await refusalOf('MANIFEST_MISMATCH', () =>
      judge(recordOf(bytes, unpackedSize, files), bytes),
    );
    assert.equal(error.data.main, 'missing.js');
  });

  it('refuses a link, an escape and a collision, though the publisher has signed them', async () => {
    for (const name of ['symlink-out', 'climbs-out', 'case']) {
      const archive = archives.find((candidate) => candidate.name === name);
      assert.ok(archive !== undefined && archive.ours !== 'accepted', name);
      const { bytes, record, ours } = archive;
      const claimed = recordOf(bytes, record.unpackedSize, record.files);
      const error = await refusalOf('ARCHIVE_UNSAFE', () => judge(claimed, bytes));
      assert.equal(error.data.reason, ours.rule);
    }
  });
});

async function* streamOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}
