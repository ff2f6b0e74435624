import type { Branded } from './brand.js';
import { isVisible } from './visible-text.js';

/** `fs:read:<glob>`, `net:<host[:port]>` and so on: DESIGN section 4. Declared, shown and pinned; not yet enforced. */
export type Permission = Branded<string, 'Permission'>;

const subject = '[^\\s:]+';
const shapes: readonly RegExp[] = [
  /^fs:(?:read|write):(?!\/)[A-Za-z0-9._*?/-]+$/,
  /^net:(?:\*|(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::[0-9]{1,5})?$/,
  /^env:(?:\*|[A-Za-z_][A-Za-z0-9_]*)$/,
  /^exec:(?:\*|[A-Za-z0-9._+-]+)$/,
  new RegExp(`^commands:${subject}$`),
  new RegExp(`^events:(?:on|emit):${subject}$`),
  new RegExp(`^data:(?:read|write):${subject}$`),
  new RegExp(`^ui:${subject}$`),
];

export function isPermission(text: string): text is Permission {
  if (text.length > 256 || !isVisible(text) || !shapes.some((shape) => shape.test(text))) return false;
  return (
    !text.startsWith('fs:') ||
    text
      .slice(text.lastIndexOf(':') + 1)
      .split('/')
      .every((part) => part !== '..')
  );
}

/**
 * The permissions of `next` that `previous` does not already grant.
 *
 * May name one that two of `previous` grant only together: it errs towards asking.
 */
export function widenedPermissions(
  previous: readonly Permission[],
  next: readonly Permission[],
): Permission[] {
  return next.filter((wanted) => !previous.some((granted) => grants(granted, wanted)));
}

function grants(granted: Permission, wanted: Permission): boolean {
  if (granted === wanted) return true;
  const [grantedKind, grantedSubject] = split(granted);
  const [wantedKind, wantedSubject] = split(wanted);
  if (grantedKind !== wantedKind) return false;
  if (grantedSubject === '*' || grantedSubject === '**') return true;
  if (grantedKind.startsWith('fs:')) {
    return grantedSubject.endsWith('/**') && isPlainBelow(wantedSubject, grantedSubject.slice(0, -2));
  }
  if (grantedKind === 'net') return grantsHost(grantedSubject, wantedSubject);
  return false;
}

/** `prefix` ends with a slash; a prefix with wildcards of its own proves nothing. */
function isPlainBelow(subject: string, prefix: string): boolean {
  return !/[*?]/.test(prefix) && subject.startsWith(prefix);
}

function grantsHost(granted: string, wanted: string): boolean {
  const [grantedHost = '', grantedPort] = granted.split(':');
  const [wantedHost = '', wantedPort] = wanted.split(':');
  if (grantedPort !== undefined && grantedPort !== wantedPort) return false;
  if (grantedHost === '*' || grantedHost === wantedHost) return true;
  return grantedHost.startsWith('*.') && wantedHost.endsWith(grantedHost.slice(1));
}

/** The kind (`fs:read`, `net`) and what it is about. */
function split(permission: Permission): [string, string] {
  const kinds = /^(fs:read|fs:write|events:on|events:emit|data:read|data:write|[a-z]+):(.*)$/.exec(
    permission,
  );
  return [kinds?.[1] ?? permission, kinds?.[2] ?? ''];
}
