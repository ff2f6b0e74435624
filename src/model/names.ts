import { UdosError } from '../errors/index.js';
import type { Branded } from './brand.js';

export type Publisher = Branded<string, 'Publisher'>;
/** `publisher/name`. */
export type PluginName = Branded<string, 'PluginName'>;
/** `udr1` and 52 base32 letters: who a registry is, wherever it is reached. */
export type RegistryId = Branded<string, 'RegistryId'>;
/** What this machine or project calls a registry. Local, never signed. */
export type Alias = Branded<string, 'Alias'>;
/** sha256 of a raw public key, 64 lower-case hex digits. */
export type Fingerprint = Branded<string, 'Fingerprint'>;
/** sha256, 64 lower-case hex digits. */
export type Sha256 = Branded<string, 'Sha256'>;
/** A path inside an index: forward slashes, no empty, `.` or `..` part. */
export type IndexPath = Branded<string, 'IndexPath'>;

const publisherShape = /^[a-z][a-z0-9-]{1,63}$/;
const nameShape = /^[a-z][a-z0-9-]{0,63}$/;
const windowsDevice = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

function isWellKept(part: string): boolean {
  return !part.endsWith('-') && !part.includes('--') && !windowsDevice.test(part);
}

export function isPublisher(text: string): text is Publisher {
  return publisherShape.test(text) && isWellKept(text);
}

export function isPluginName(text: string): text is PluginName {
  if (text.length > 129) return false;
  const parts = text.split('/');
  const [publisher, name] = parts;
  if (parts.length !== 2 || publisher === undefined || name === undefined) return false;
  return isPublisher(publisher) && nameShape.test(name) && isWellKept(name) && name !== 'publisher';
}

export function isRegistryId(text: string): text is RegistryId {
  return /^udr1[a-z2-7]{52}$/.test(text);
}

export function isAlias(text: string): text is Alias {
  // An alias is a key in JSON, where these are never accepted.
  return publisherShape.test(text) && isWellKept(text) && text !== 'constructor' && text !== 'prototype';
}

export function isFingerprint(text: string): text is Fingerprint {
  return /^[0-9a-f]{64}$/.test(text);
}

export function isSha256(text: string): text is Sha256 {
  return /^[0-9a-f]{64}$/.test(text);
}

export function isIndexPath(text: string): text is IndexPath {
  if (text.length > 512 || !/^[A-Za-z0-9._/-]+$/.test(text)) return false;
  return text.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** @throws NAME_INVALID */
export function parsePublisher(text: string): Publisher {
  if (isPublisher(text)) return text;
  throw new UdosError('NAME_INVALID', `${quoted(text)} is not a publisher name.`, {
    hint: 'A publisher is 2 to 64 of a-z, 0-9 and single hyphens, starting with a letter: ada, acme-tools.',
  });
}

/** @throws NAME_INVALID */
export function parsePluginName(text: string): PluginName {
  if (isPluginName(text)) return text;
  throw new UdosError('NAME_INVALID', `${quoted(text)} is not a plugin name.`, {
    hint: 'A plugin is named publisher/name, each of a-z, 0-9 and single hyphens: ada/notes.',
  });
}

/** @throws REGISTRY_ID_INVALID */
export function parseRegistryId(text: string): RegistryId {
  if (isRegistryId(text)) return text;
  throw new UdosError('REGISTRY_ID_INVALID', `${quoted(text)} is not a registry id.`, {
    hint: 'An id is udr1 and 52 letters or digits; the owner sees it with `udos registry show`.',
  });
}

/** @throws NAME_INVALID */
export function parseAlias(text: string): Alias {
  if (isAlias(text)) return text;
  throw new UdosError('NAME_INVALID', `${quoted(text)} is not a registry alias.`, {
    hint: 'An alias is 2 to 64 of a-z, 0-9 and single hyphens, starting with a letter, such as acme; not constructor or prototype.',
  });
}

/** Joins the parts of an index path that are known to be good. */
export function indexPath(text: string): IndexPath {
  if (isIndexPath(text)) return text;
  throw new UdosError('BUG', `${quoted(text)} is not an index path.`);
}

export function publisherOf(plugin: PluginName): Publisher {
  return plugin.slice(0, plugin.indexOf('/')) as Publisher;
}

/** The part after the slash. */
export function baseNameOf(plugin: PluginName): string {
  return plugin.slice(plugin.indexOf('/') + 1);
}

/** `publisher--name`: the plugin's folder on disk and its id for the uDOS host. Unambiguous, as names hold no double hyphen. */
export function folderNameOf(plugin: PluginName): string {
  return `${publisherOf(plugin)}--${baseNameOf(plugin)}`;
}

/** The plugin that a folder of {@link folderNameOf} belongs to, or undefined for any other name. */
export function pluginOfFolder(folder: string): PluginName | undefined {
  const name = folder.replace('--', '/');
  return isPluginName(name) ? name : undefined;
}

/** Shortens foreign text so that a message stays a message. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}
