import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import { formatTime, root as rootFormat, type KeyRole, type Root } from '../../model/formats/index.js';
import { nearest } from '../../model/nearest.js';
import type { Fingerprint } from '../../model/names.js';
import type { TrustedRoot } from '../../registry/index.js';
import { listKeys } from './key-files.js';
import { readPublicKey, type GivenKey } from './public-keys.js';

/** What an owner wants to be different in the next root, as it was typed. */
export interface RootChanges {
  /** `ROLE=KEY` */
  readonly add: readonly string[];
  /** `ROLE=KEY` */
  readonly remove: readonly string[];
  /** `OLD=NEW`, in every role that holds OLD. */
  readonly replace: readonly string[];
  /** `ROLE=N` */
  readonly threshold: readonly string[];
  /** Days from now on. */
  readonly days: number | undefined;
}

export const roleNames = ['root', 'curator', 'grant', 'checkpoint', 'witness'] as const;
export type RoleName = (typeof roleNames)[number];
const optionalRoles: readonly RoleName[] = ['grant', 'witness'];
const dayMs = 24 * 60 * 60 * 1000;

export function isNothing(changes: RootChanges): boolean {
  const { add, remove, replace, threshold, days } = changes;
  return [...add, ...remove, ...replace, ...threshold].length === 0 && days === undefined;
}

/**
 * The root that follows `before` with these changes: replaced keys first, then removed and added ones, then thresholds.
 * It lists the keys that some role holds, and no others.
 *
 * @throws USAGE for what is no change or makes no root; KEY_NOT_FOUND, FILE_NOT_FOUND, KEY_INVALID
 */
export async function planNextRoot(
  context: Context,
  before: TrustedRoot,
  changes: RootChanges,
): Promise<Root> {
  const { document } = before;
  const ring = new Map<string, string>(Object.entries(document.keys));
  const roles = new Map<RoleName, KeyRole>();
  for (const name of roleNames) {
    const role = document.roles[name];
    if (role !== undefined) roles.set(name, role);
  }
  for (const typed of changes.replace) {
    const [old, key] = split('--replace', typed, 'OLD=NEW');
    const from = await findListed(context, document, '--replace', old);
    const to = await readPublicKey(context, key);
    ring.set(to.fingerprint, to.encoded);
    for (const [name, role] of roles) roles.set(name, withKeys(role, replaced(role.keys, from, to)));
  }
  for (const typed of changes.remove) {
    const [name, key] = splitRole('--remove', typed, 'ROLE=KEY');
    const role = roles.get(name);
    const from = await findListed(context, document, '--remove', key);
    if (role?.keys.includes(from) !== true)
      throw usage(
        `--remove ${typed}: the role ${name} does not hold that key`,
        'See its keys with `udos registry show`.',
      );
    roles.set(
      name,
      withKeys(
        role,
        role.keys.filter((fp) => fp !== from),
      ),
    );
  }
  for (const typed of changes.add) {
    const [name, text] = splitRole('--add', typed, 'ROLE=KEY');
    const key = await readPublicKey(context, text);
    const role = roles.get(name) ?? { keys: [], threshold: 1 };
    if (role.keys.includes(key.fingerprint))
      throw usage(`--add ${typed}: the role ${name} holds that key already`, 'Leave it out.');
    ring.set(key.fingerprint, key.encoded);
    roles.set(name, withKeys(role, [...role.keys, key.fingerprint]));
  }
  for (const typed of changes.threshold) {
    const [name, number] = splitRole('--threshold', typed, 'ROLE=N');
    const role = roles.get(name);
    if (role === undefined || !/^[1-9][0-9]?$/.test(number))
      throw usage(
        `--threshold ${typed}: it is a number of signatures for a role with keys`,
        'Say --threshold root=2.',
      );
    roles.set(name, { ...role, threshold: Number(number) });
  }
  for (const name of optionalRoles) if (roles.get(name)?.keys.length === 0) roles.delete(name);
  return complete(context, before, ring, roles, changes.days);
}

/** Puts the parts together. @throws USAGE for what no client would read */
function complete(
  context: Context,
  before: TrustedRoot,
  ring: ReadonlyMap<string, string>,
  roles: ReadonlyMap<RoleName, KeyRole>,
  days: number | undefined,
): Root {
  for (const [name, { keys, threshold }] of roles) {
    if (keys.length === 0)
      throw usage(`the role ${name} would have no key`, `Say who holds it: --add ${name}=KEY.`);
    if (threshold > keys.length) {
      throw usage(
        `the role ${name} would need ${threshold} signatures and have ${keys.length} key(s)`,
        `Add a key, or say --threshold ${name}=${keys.length}.`,
      );
    }
  }
  const now = context.clock.now().getTime();
  const { name, upstreams } = before.document;
  const expires = days === undefined ? before.document.expires : formatTime(new Date(now + days * dayMs));
  if (Date.parse(expires) <= now)
    throw usage(`it would have expired on ${expires}`, 'Say how long it lasts: --days 1825.');
  const held = new Set([...roles.values()].flatMap((role) => role.keys));
  const document = {
    type: 'udos/root@1',
    version: before.document.version + 1,
    previous: before.sha256,
    name,
    expires,
    keys: Object.fromEntries([...ring].filter(([fp]) => held.has(fp as Fingerprint))),
    roles: Object.fromEntries(roles),
    upstreams,
  };
  const parsed = rootFormat.safeParse(document);
  if (parsed.success) return parsed.data;
  throw usage(
    parsed.error.issues[0]?.message ?? 'it does not fit the format of a root',
    'Change less at once.',
  );
}

function withKeys(role: KeyRole, keys: readonly Fingerprint[]): KeyRole {
  return { ...role, keys: [...keys] };
}

function replaced(keys: readonly Fingerprint[], from: Fingerprint, to: GivenKey): Fingerprint[] {
  return [...new Set(keys.map((fp) => (fp === from ? to.fingerprint : fp)))];
}

/** A key of a root as a person names it: like a public key, or by the beginning of its fingerprint. */
async function findListed(context: Context, root: Root, flag: string, given: string): Promise<Fingerprint> {
  const listed = Object.keys(root.keys) as Fingerprint[];
  const own = (await listKeys(context)).find((key) => key.name === given);
  const begin = /^[0-9a-f]{8,64}$/.test(given) ? listed.filter((fp) => fp.startsWith(given)) : [];
  const meant =
    own !== undefined
      ? [own.fingerprint]
      : begin.length > 0
        ? begin
        : [(await readPublicKey(context, given)).fingerprint];
  const [key] = meant;
  if (meant.length > 1)
    throw usage(`${flag} ${given}: several keys begin so`, 'Give more of the fingerprint.');
  if (key !== undefined && listed.includes(key)) return key;
  throw usage(
    `${flag} ${given}: root ${root.version} does not list that key`,
    `It lists ${listed.map((fp) => fp.slice(0, 16)).join(', ')}.`,
  );
}

function splitRole(flag: string, typed: string, form: string): [RoleName, string] {
  const [name, rest] = split(flag, typed, form);
  const role = roleNames.find((known) => known === name);
  if (role !== undefined) return [role, rest];
  const slip = nearest(name, roleNames);
  throw usage(
    `${flag} ${typed}: there is no role ${name}`,
    slip === undefined ? `The roles are ${roleNames.join(', ')}.` : `Did you mean ${slip}?`,
  );
}

function split(flag: string, typed: string, form: string): [string, string] {
  const [, left, right] = /^([^=]+)=(.+)$/.exec(typed) ?? [];
  if (left !== undefined && right !== undefined) return [left, right];
  throw usage(`${flag} ${typed}: it is written ${form}`, 'Run `udos registry rotate --help` for examples.');
}

function usage(problem: string, hint: string): UdosError {
  return new UdosError('USAGE', `This makes no new root: ${problem}.`, { hint, data: { problem } });
}
