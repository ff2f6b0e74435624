import assert from 'node:assert/strict';
import { generated } from '../../fixtures/archives/generated.js';
import type { ErrorCode } from '../../src/errors/index.js';
import { artifactLimits } from '../../src/model/formats/release.js';
import { layout } from '../../src/model/index-layout.js';
import { threat } from '../kit/threat.js';
import { forgeRelease, notes } from './forgeries.js';
import { archivesNamed, refusesArchives, type HostileArchive } from './hostile-archives.js';
import type { Because } from './because.js';
import { aHead, Stage } from './stage.js';

const families: Readonly<Record<string, readonly string[]>> = {
  'headers that lie about sizes': [
    'claims-8-gigabytes',
    'size-huge-base-256',
    'size-negative',
    'size-in-letters',
    'hidden-padding',
    'checksum-wrong',
  ],
  'archives that end early, late or twice': [
    'cut-in-a-file',
    'no-end',
    'hidden-behind-the-end',
    'gzip-then-gzip',
    'gzip-then-text',
    'gzip-cut',
    'gzip-checksum',
  ],
  'wrappings that other programs would unpack': ['zip', 'bzip2', 'not-compressed', 'gzip-in-gzip'],
  'folders without end': ['folders-without-end', 'folders-implied-without-end'],
};

threat('C4', 'Bombs', () => {
  const stage = new Stage();

  for (const [what, names] of Object.entries(families)) {
    it(`${what}, in ${names.length} archives`, () => refusesArchives(stage, archivesNamed(...names)));
  }

  const bombs = ['bomb-in-a-file', 'bomb-in-a-folder', 'bomb-in-a-pax-header', 'bomb-in-a-counted-file'];
  it(`a megabyte that unpacks to a gigabyte, in ${bombs.length} ways`, async () => {
    const listed: HostileArchive[] = [];
    for (const { name, make, record, ours } of generated.filter((one) => bombs.includes(one.name))) {
      const pieces: Uint8Array[] = [];
      for await (const piece of make()) pieces.push(piece);
      const bytes = Buffer.concat(pieces);
      listed.push({
        name,
        bytes,
        record: { ...record, size: bytes.length },
        code: ours.code as ErrorCode,
        because: { reason: ours.rule },
      });
    }
    await refusesArchives(stage, listed);
  });

  it('records that say more or less than there is', async () => {
    const [honest] = archivesNamed('larger-than-its-record');
    assert.ok(honest);
    const { bytes } = honest;
    const record = { size: bytes.length, unpackedSize: 162, files: 2 };
    const lie = (name: string, says: Partial<typeof record>, code: ErrorCode, because: Because) => ({
      name,
      bytes,
      record: { ...record, ...says },
      code,
      because,
    });
    await refusesArchives(stage, [
      lie('one byte less', { size: bytes.length - 1 }, 'TRANSFER_LIMIT', /has more than \d+ bytes/),
      lie(
        'one byte more',
        { size: bytes.length + 1 },
        'ARTIFACT_MISMATCH',
        /it has \d+ bytes, the index says \d+/,
      ),
      lie('one file more', { files: 3 }, 'ARCHIVE_UNSAFE', { reason: 'holds 2 files, its record says 3' }),
      lie('one file less', { files: 1 }, 'ARCHIVE_UNSAFE', {
        reason: "goes beyond the 1 files of the archive's record",
      }),
      lie('one byte of files more', { unpackedSize: 163 }, 'ARCHIVE_UNSAFE', {
        reason: 'holds 162 bytes of files, its record says 163',
      }),
      lie('one byte of files less', { unpackedSize: 161 }, 'ARCHIVE_UNSAFE', {
        reason: "goes beyond the 161 bytes of the archive's record",
      }),
    ]);
  });

  const tooMuch = (field: string): Because => ({ problem: new RegExp(`"releases\\.2\\.${field}": Too big`) });
  it('a record that admits to more than any release may have', async () => {
    for (const [field, most] of Object.entries(artifactLimits)) {
      const before = await stage.registry.mark();
      await forgeRelease(stage.registry, { says: { [field]: most + 1 } });
      await stage.refusesInProcess('DOCUMENT_INVALID', tooMuch(field), ['update'], { moves: aHead });
      await before();
    }
    await forgeRelease(stage.registry, { says: { unpackedSize: artifactLimits.unpackedSize + 1 } });
    await stage.refuses('DOCUMENT_INVALID', tooMuch('unpackedSize'), ['update'], {
      moves: aHead,
      recover: async () => {
        const file = layout.document(notes);
        await stage.registry.forge(await stage.registry.withSidecars(file, stage.registry.main));
      },
    });
  });
});
