import { z } from 'zod';
import {
  isFingerprint,
  isIndexPath,
  isPluginName,
  isPublisher,
  isRegistryId,
  isSha256,
  isAlias,
  type Alias,
  type Fingerprint,
  type IndexPath,
  type PluginName,
  type Publisher,
  type RegistryId,
  type Sha256,
} from '../names.js';
import { isPermission, type Permission } from '../permission.js';
import { isRange, isVersion, type Range, type Version } from '../version.js';
import { isVisible } from '../visible-text.js';
import type { Branded } from '../brand.js';

/** RFC 3339 in UTC, to the second: `2026-11-24T08:00:00Z`. */
export type Time = Branded<string, 'Time'>;
/** ISO 8601, whole days: `P30D`. */
export type Duration = Branded<string, 'Duration'>;
/** ssri, one sha512: `sha512-` and 88 base64 characters. */
export type Integrity = Branded<string, 'Integrity'>;

/** A string that `guard` accepts. The pattern goes into the JSON Schema, where a guard cannot. */
function guarded<T extends string>(
  name: string,
  pattern: RegExp,
  maxLength: number,
  guard: (text: string) => text is T,
): z.ZodType<T> {
  return z
    .string()
    .max(maxLength)
    .regex(pattern, { message: `not ${name}` })
    .refine((text) => text.length <= maxLength && guard(text), {
      message: `not ${name}`,
    }) as unknown as z.ZodType<T>;
}

const timePattern = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/;

function isTime(text: string): text is Time {
  if (!timePattern.test(text)) return false;
  const at = Date.parse(text);
  return !Number.isNaN(at) && formatTime(new Date(at)) === text;
}

export function formatTime(date: Date): Time {
  return `${date.toISOString().slice(0, 19)}Z` as Time;
}

/** In milliseconds. */
export function durationOf(duration: Duration): number {
  return Number(duration.slice(1, -1)) * 24 * 60 * 60 * 1000;
}

const integrityPattern = /^sha512-[A-Za-z0-9+/]{86}==$/;
const durationPattern = /^P[1-9][0-9]{0,4}D$/;
const namePart = '[a-z][a-z0-9-]{0,63}';

export const publisher = guarded<Publisher>('a publisher name', /^[a-z][a-z0-9-]{1,63}$/, 64, isPublisher);
export const pluginName = guarded<PluginName>(
  'a plugin name',
  new RegExp(`^[a-z][a-z0-9-]{1,63}/${namePart}$`),
  129,
  isPluginName,
);
export const alias = guarded<Alias>('an alias', /^[a-z][a-z0-9-]{1,63}$/, 64, isAlias);
export const registryId = guarded<RegistryId>('a registry id', /^udr1[a-z2-7]{52}$/, 56, isRegistryId);
export const fingerprint = guarded<Fingerprint>('a key fingerprint', /^[0-9a-f]{64}$/, 64, isFingerprint);
export const sha256 = guarded<Sha256>('a sha256 in lower-case hex', /^[0-9a-f]{64}$/, 64, isSha256);
export const version = guarded<Version>(
  'a version',
  /^[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$/,
  64,
  isVersion,
);
export const range = guarded<Range>('a version range', /^[^\n\r]*$/, 256, isRange);
export const permission = guarded<Permission>('a permission', /^[a-z]+:[^\s]+$/, 256, isPermission);
export const filePath = guarded<IndexPath>('a relative path', /^[A-Za-z0-9._/-]+$/, 512, isIndexPath);
export const time = guarded<Time>('a time in UTC, to the second', timePattern, 20, isTime);
export const duration = guarded<Duration>(
  'a duration in days',
  durationPattern,
  7,
  (text): text is Duration => durationPattern.test(text),
);
export const integrity = guarded<Integrity>(
  'a sha512 integrity',
  integrityPattern,
  95,
  (text): text is Integrity => integrityPattern.test(text),
);
/** minisign's public key: base64 of 42 bytes. */
export const publicKey = z.string().regex(/^RW[A-Za-z0-9+/]{54}$/);

/** One line of text for people. */
export function line(maxLength: number): z.ZodType<string> {
  return z
    .string()
    .max(maxLength)
    .refine((text) => isVisible(text) && !/[\t\n]/.test(text), {
      message: 'has control, bidirectional or invisible characters',
    });
}

/** Several lines of text for people. */
export function text(maxLength: number): z.ZodType<string> {
  return z
    .string()
    .max(maxLength)
    .refine(isVisible, { message: 'has control, bidirectional or invisible characters' });
}

export const httpUrl = z
  .string()
  .max(2048)
  .regex(/^https?:\/\/[^\s]+$/)
  .refine(isVisible, { message: 'has control, bidirectional or invisible characters' });

/** True for what can be asked over HTTP without saying who asks: a user name or password in it would be sent, and shown. */
export function isFetchableUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

export const fetchableUrl = httpUrl.refine(isFetchableUrl, {
  message: 'is no URL, or holds a user name or password',
});
export const email = z
  .string()
  .max(254)
  .regex(/^[^\s@<>]+@[^\s@<>]+$/)
  .refine(isVisible, { message: 'has control, bidirectional or invisible characters' });
export const counter = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
export const byteCount = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A list without repetitions. */
export function distinct<T>(item: z.ZodType<T>, max: number): z.ZodType<T[]> {
  return z
    .array(item)
    .max(max)
    .refine((items) => new Set(items).size === items.length, { message: 'lists something twice' });
}
