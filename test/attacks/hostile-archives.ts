import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ArchiveCase, ArchiveRecord } from '../../fixtures/archives/archive-case.js';
import type { ErrorCode } from '../../src/errors/index.js';
import type { Release } from '../../src/model/formats/index.js';
import { layout, trustedComment } from '../../src/model/index-layout.js';
import type { Version } from '../../src/model/version.js';
import { sha512Integrity } from '../../src/primitives/crypto/index.js';
import type { TestRegistry } from '../kit/test-registry.js';
import { ada, forgeDocument, notes } from './forgeries.js';
import type { Because } from './because.js';
import { aHead, type Stage } from './stage.js';

/** An archive that its publisher signs for what it is. */
export interface HostileArchive {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What the signed record says of it. */
  readonly record: ArchiveRecord;
  readonly code: ErrorCode;
  /** Which rule of the archive it breaks, and by which entry. */
  readonly because: Because;
}

const fixtures = fileURLToPath(new URL('../../fixtures/archives/', import.meta.url));
const expected = JSON.parse(readFileSync(path.join(fixtures, 'expected.json'), 'utf8')) as readonly Omit<
  ArchiveCase,
  'bytes'
>[];

/** Archives of `fixtures/archives` by their names, with what `expected.json` says of each. */
export function archivesNamed(...names: readonly string[]): HostileArchive[] {
  return names.map((name) => {
    const found = expected.find((one) => one.name === name);
    if (found === undefined || found.ours === 'accepted') throw new Error(`no hostile archive ${name}`);
    const { code, rule, entry } = found.ours;
    const because = { reason: rule, ...(entry === undefined ? {} : { entry }) };
    const bytes = readFileSync(path.join(fixtures, `${name}.tgz`));
    return { name, bytes, record: found.record, code: code as ErrorCode, because };
  });
}

/**
 * Lists archives as releases of ada/notes: the first as 1.2.0, the next as 1.2.1, and so on. Hash, signature and document
 * are genuine; so is the record, unless it lies itself.
 */
export async function listArchives(
  registry: TestRegistry,
  listed: readonly Pick<HostileArchive, 'bytes' | 'record'>[],
): Promise<void> {
  const releases = listed.map((archive, index) => releaseOf(registry, versionAt(index), archive));
  await registry.smuggle(
    new Map(listed.map(({ bytes }, index) => [layout.artifact(notes, versionAt(index)), bytes])),
  );
  await forgeDocument(registry, (document) => ({
    ...document,
    releases: [...document.releases, ...releases],
  }));
}

/** What an owner does about them: they may not go, but nobody gets them any more. */
export async function withdrawArchives(registry: TestRegistry): Promise<void> {
  await forgeDocument(registry, (document) => ({
    ...document,
    releases: document.releases.map((release) =>
      release.version.startsWith('1.2.') ? { ...release, yanked: 'It was hostile.' } : release,
    ),
  }));
}

/**
 * Lists the archives and asks for each. Every one is refused for its own reason, nothing of it is in the store, and no
 * file or folder came up anywhere. The last goes against the built binary; when all are withdrawn, `update` succeeds.
 */
export async function refusesArchives(stage: Stage, listed: readonly HostileArchive[]): Promise<void> {
  await listArchives(stage.registry, listed);
  const victim = stage.victim();
  const around = namesAround(stage);
  for (const [index, { name, code, because }] of listed.entries()) {
    await stage.refusesInProcess(code, because, ['add', `ada/notes@${versionAt(index)}`], {
      victim,
      // The document is genuine, and is read once.
      moves: index === 0 ? [...aHead, 'trust/plugins/ada--notes'] : [],
    });
    assert.deepEqual(namesAround(stage), around, name);
  }
  const last = listed.at(-1);
  assert.ok(last);
  await stage.refuses(last.code, last.because, ['update'], {
    victim,
    recover: async () => {
      assert.deepEqual(namesAround(stage), around);
      await withdrawArchives(stage.registry);
    },
  });
}

function versionAt(index: number): Version {
  return `1.2.${index}` as Version;
}

function releaseOf(
  registry: TestRegistry,
  version: Version,
  { bytes, record }: Pick<HostileArchive, 'bytes' | 'record'>,
): Release {
  return {
    ...registry.makeRelease(notes, version, {}, ada).release,
    ...record,
    integrity: sha512Integrity(bytes) as Release['integrity'],
    minisig: ada.sign(bytes, trustedComment.release(registry.id, notes, version)),
  };
}

/**
 * Every file and folder of every machine, and what lies beside the machines. Caches of the index may change, and the store
 * is compared by its content.
 */
function namesAround({ world }: Stage): string[] {
  const machines = path.join(world.base, 'machines');
  return [
    ...readdirSync(world.base),
    ...readdirSync(machines, { recursive: true, encoding: 'utf8' }).filter(
      (name) => !/[\\/]home[\\/](registries|store)([\\/]|$)/.test(name),
    ),
  ].sort();
}
