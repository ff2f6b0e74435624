import type { CatalogLine, KeyRole, PluginDocument, RegistryFile, Release } from './formats/index.js';
import type { Alias, Fingerprint, IndexPath, PluginName, Publisher, RegistryId } from './names.js';

/**
 * An index whose head passed checks 1 to 10. What it hands out has passed the checks of its own (11 to 13); only
 * `registry/` makes one.
 */
export interface VerifiedIndex {
  readonly registry: RegistryId;
  readonly alias: Alias;
  readonly rootVersion: number;
  readonly root: RootSummary;
  readonly sequence: number;
  /** When the checkpoint was signed, RFC 3339. */
  readonly issued: string;
  /** When the checkpoint expires, RFC 3339. */
  readonly expires: string;
  readonly isExpired: boolean;
  /** True when only sources answered that still show an earlier state: they may lack what this machine has no copy of. */
  readonly isLagging: boolean;
  describe(): Promise<RegistryFile>;
  /** Many plugins at once. One that the registry does not have is missing from the answer. */
  plugins(names: readonly PluginName[]): Promise<ReadonlyMap<PluginName, VerifiedPlugin>>;
  /** One short line a plugin, as the registry compiled it: for search, not for installing. */
  catalog(): Promise<readonly CatalogLine[]>;
  /** A file that is stored in the index but is not listed by it: an artifact. Its bytes are not checked here. */
  readUnlisted(path: IndexPath, maxBytes: number): Promise<Uint8Array | undefined>;
}

/** What the root in force says, for people. */
export interface RootSummary {
  readonly name: string;
  /** RFC 3339. */
  readonly expires: string;
  readonly roles: Readonly<Record<string, KeyRole>>;
  readonly upstreams: readonly RegistryId[];
}

/** A plugin document that its publisher vouches for now. */
export interface VerifiedPlugin {
  readonly document: PluginDocument;
  readonly signers: readonly Fingerprint[];
  /** minisign public keys that may have signed an artifact, by fingerprint, base64. */
  readonly artifactKeys: ReadonlyMap<Fingerprint, string>;
  /** Why a release must not be installed, or undefined. */
  revocationOf(release: Release): string | undefined;
  /** The version of its publisher that is in force. */
  readonly publisherVersion: number;
  /** The newest version of the publisher that curators, not owners, put in place; 0 when there is none. */
  readonly recoveredAt: number;
  /** Set when the publisher's keys changed since this machine last looked. */
  readonly publisherChange: PublisherChange | undefined;
}

export interface PublisherChange {
  readonly publisher: Publisher;
  /** `recovery`: the registry's curators, not the owners, put the new keys in place. */
  readonly kind: 'keys' | 'recovery';
  readonly from: number;
  readonly to: number;
}
