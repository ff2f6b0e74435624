import type { PluginDocument, PublisherDocument, Release, Root } from '../../src/model/formats/index.js';
import { layout } from '../../src/model/index-layout.js';
import type { IndexPath, PluginName, Publisher, Sha256 } from '../../src/model/names.js';
import type { Version } from '../../src/model/version.js';
import { sha256Hex } from '../../src/primitives/crypto/index.js';
import { signFile, type Changes, type Signer } from '../../src/registry/index.js';
import type { ForgeOptions } from '../kit/attackable-registry.js';
import { testKey, type TestKey } from '../kit/keys.js';
import type { ReleaseOptions, TestRegistry } from '../kit/test-registry.js';

export const ada = testKey('ada');
export const bob = testKey('bob');
export const thief = testKey('thief');
export const notes = 'ada/notes' as PluginName;

const same = <T>(document: T): T => document;

async function published<T>(registry: TestRegistry, file: string): Promise<T> {
  return JSON.parse(Buffer.from(await registry.bytes(file, registry.published)).toString()) as T;
}

/** A document that takes the place of a published one, with no other signatures than those of `signers`. */
function instead(
  registry: TestRegistry,
  file: IndexPath,
  document: { type: string },
  signers: readonly Signer[],
  n?: number,
): Changes {
  const old = registry.published.paths.filter((one) => one.startsWith(`${file}.`));
  return new Map<string, Uint8Array | null>([
    ...old.map((sidecar) => [sidecar, null] as const),
    ...registry.signed(file, document, signers, n),
  ]);
}

/** The newest root, as what follows it must begin. */
export async function followingRoot(registry: TestRegistry): Promise<Root> {
  const newest = registry.published.paths.filter((file) => /^trust\/root\/\d+\.json$/.test(file)).length;
  const bytes = await registry.bytes(layout.root(newest), registry.published);
  const root = JSON.parse(Buffer.from(bytes).toString()) as Root;
  return { ...root, version: newest + 1, previous: sha256Hex(bytes) as Sha256 };
}

/** Publishes a root that nobody judged, and a checkpoint under it. */
export async function forgeRoot(
  registry: TestRegistry,
  change: (root: Root) => Root,
  signers: readonly Signer[],
  options: ForgeOptions = {},
): Promise<void> {
  const root = change(await followingRoot(registry));
  await registry.forge(registry.signed(layout.root(root.version), root, signers), {
    checkpoint: (document) => ({ ...document, root: root.version }),
    ...options,
  });
}

/** Publishes what `change` makes of the document of ada/notes, with the next serial, unjudged. */
export async function forgeDocument(
  registry: TestRegistry,
  change: (document: PluginDocument) => PluginDocument = same,
  signers: readonly Signer[] = [ada],
  { path = layout.document(notes), n }: { path?: IndexPath; n?: number } = {},
): Promise<void> {
  const known = await published<PluginDocument>(registry, layout.document(notes));
  const document = change({ ...known, serial: known.serial + 1 });
  await registry.forge(instead(registry, path, document, signers, n));
}

/** Publishes the next version of a publisher, unjudged. */
export async function forgePublisher(
  registry: TestRegistry,
  change: (document: PublisherDocument) => PublisherDocument,
  signers: readonly Signer[],
): Promise<void> {
  const before = await registry.bytes(layout.publisher('ada' as Publisher, 1), registry.published);
  const next = change({
    ...(JSON.parse(Buffer.from(before).toString()) as PublisherDocument),
    version: 2,
    previous: sha256Hex(before) as Sha256,
  });
  await registry.forge(instead(registry, layout.publisher('ada' as Publisher, 2), next, signers));
}

/** All keys of a publisher become one. */
export function takenOverBy(key: Signer) {
  return (document: PublisherDocument): PublisherDocument => {
    const role = { keys: [key.fingerprint], threshold: 1 };
    return { ...document, keys: { [key.fingerprint]: key.encoded }, owners: role, release: role };
  };
}

export interface LyingRelease {
  /** What the artifact is. */
  readonly plugin?: string;
  readonly version?: string;
  readonly options?: ReleaseOptions;
  /** What the document says of it. */
  readonly says?: Partial<Release>;
  readonly artifactSigner?: Signer;
  readonly signers?: readonly Signer[];
}

/** Lists ada/notes 1.2.0, with an artifact that need not be what it says. */
export async function forgeRelease(registry: TestRegistry, lie: LyingRelease = {}): Promise<void> {
  const { plugin = notes, version = '1.2.0', options = {}, says = {}, signers = [ada] } = lie;
  const { release, artifact } = registry.makeRelease(
    plugin as PluginName,
    version as Version,
    options,
    lie.artifactSigner ?? ada,
  );
  const place = layout.artifact(notes, '1.2.0' as Version);
  const known = await published<PluginDocument>(registry, layout.document(notes));
  const listed: Release = { ...release, version: '1.2.0' as Version, urls: [place], ...says };
  const document = { ...known, serial: known.serial + 1, releases: [...known.releases, listed] };
  await registry.forge(
    new Map([...instead(registry, layout.document(notes), document, signers), [place, artifact]]),
  );
}

/** What an owner does about a bad release that is listed: it may not go, but nobody gets it any more. */
export async function withdrawForgedRelease(registry: TestRegistry): Promise<void> {
  await forgeDocument(registry, (document) => ({
    ...document,
    releases: document.releases.map((release) =>
      release.version === '1.2.0' ? { ...release, yanked: 'It is not what it says.' } : release,
    ),
  }));
}

/** The same length, one byte other: in the middle, where it matters. */
export function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  const middle = Math.floor(copy.length / 2);
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}

/** Version 2 of ada by the curators, as they may, and her document vouched for by the new key as it stands. */
export async function recoveryOfAda(registry: TestRegistry, next: TestKey): Promise<Map<string, Uint8Array>> {
  const before = await registry.bytes(layout.publisher('ada' as Publisher, 1));
  const first = JSON.parse(Buffer.from(before).toString()) as PublisherDocument;
  const second = {
    ...takenOverBy(next)(first),
    version: 2,
    previous: sha256Hex(before) as Sha256,
    recovery: true as const,
  };
  const path = layout.document(notes);
  const bytes = await registry.bytes(path);
  const { type, serial } = JSON.parse(Buffer.from(bytes).toString()) as PluginDocument;
  return new Map([
    ...registry.signed(layout.publisher('ada' as Publisher, 2), second, [registry.keys.curator]),
    signFile(next, registry.id, { path, bytes, type, n: serial }),
  ]);
}
