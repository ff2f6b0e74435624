/**
 * The names that a plugin's files may have: those that mean the same file on every system that udos runs on. They are
 * refused everywhere, not only where they hurt, so that a plugin works for all or for nobody (THREATS C1, C5, C6).
 */

/** What the file systems of Windows, and programs that build command lines, give a meaning of their own. */
const reservedCharacter = /[\\:<>"|?*]/;

/** Controls, bidirectional and other format characters, half surrogates, private and unassigned code points, fillers. */
const invisible = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** Microsoft, "Naming Files, Paths, and Namespaces": these are devices in any folder and with any extension. */
const deviceName = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9])$/;

/** The second name that NTFS makes up for a long one: `PROGRA~1.TXT` would open `program files.txt`. */
const windowsShortName = /^[^.~]{0,6}~[0-9]{1,6}(?:\.[^.]{0,3})?$/;

/** What every JavaScript object has under these names would answer a program that keeps files in one. */
const reservedParts: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** In bytes of UTF-8. */
const longestPart = 100;
/** In bytes of UTF-8; leaves room below the 260 characters of old Windows programs for the folder of a plugin. */
const longestPath = 200;
const tooLong = `has a path of more than ${longestPath} bytes`;

/** What the archive's one folder adds to each path. */
export const archiveFolder = 'package/';

/**
 * Why `path` may not be the path of a file or folder in a plugin archive, without its `package/`; undefined if it may.
 *
 * Safe is a relative path of parts joined by `/`, in NFC, of at most 200 bytes with at most 100 a part, that ustar can
 * hold. Refused are: absolute paths, empty, `.` and `..` parts, `\ : < > " | ? *`, control, format, invisible and
 * unassigned characters, a part that begins with a space or ends with a space or a dot, Windows device and short
 * names, the parts `__proto__`, `constructor` and `prototype`, and characters whose compatibility form (NFKC) is any of
 * the separators, dots or names above.
 *
 * The reason continues the sentence "the entry …".
 */
export function refuseEntryName(path: string): string | undefined {
  if (path === '') return 'has an empty path';
  // Before any pattern or normal form is made of it: those of a long text can take minutes.
  if (path.length > longestPath) return tooLong;
  if (path.startsWith('/')) return 'has an absolute path';
  const reserved = reservedCharacter.exec(path);
  if (reserved) return `has the character ${reserved[0]} in its path`;
  if (invisible.test(path)) return 'has a control, invisible or unassigned character in its path';
  if (path.normalize('NFC') !== path) return 'has a path that is not in Unicode normal form C';

  const parts = path.split('/');
  const lookalike = path.normalize('NFKC');
  const lookalikeParts = lookalike.split('/');
  if (lookalikeParts.length !== parts.length || lookalike.includes('\\'))
    return 'has a look-alike of a path separator in its path';
  return (
    firstReason(parts, refusePart) ?? firstReason(lookalikeParts, refusePart) ?? refuseLength(path, parts)
  );
}

/**
 * One value for all paths that some file system takes for the same: compatibility form and letter case are folded.
 * Two entries with one key never stand in one archive.
 */
export function collisionKey(path: string): string {
  // Upper case first: it is what joins ß with ss and ς with σ.
  return path.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

function refusePart(part: string): string | undefined {
  if (part === '') return 'has an empty part in its path';
  if (part === '.' || part === '..') return `has a "${part}" part in its path`;
  if (part.trimStart() !== part) return 'has a part that begins with a space in its path';
  if (part.endsWith('.') || part.trimEnd() !== part)
    return 'has a part that ends with a space or a dot in its path';
  const stem = part.replace(/\..*$/s, '').trimEnd().toLowerCase();
  if (deviceName.test(stem)) return 'has the name of a Windows device in its path';
  if (windowsShortName.test(part)) return 'has a Windows short name in its path';
  if (reservedParts.has(part)) return `has the reserved part "${part}" in its path`;
  return undefined;
}

function refuseLength(path: string, parts: readonly string[]): string | undefined {
  if (parts.some((part) => Buffer.byteLength(part) > longestPart))
    return `has a part of more than ${longestPart} bytes in its path`;
  if (Buffer.byteLength(path) > longestPath) return tooLong;
  if (!fitsUstar(Buffer.from(archiveFolder + path))) return 'has a path that the ustar format cannot hold';
  return undefined;
}

/** POSIX.1-1988 ustar: a name of 100 bytes, or cut at a `/` into a prefix of 155 and a name of 100. */
function fitsUstar(path: Buffer): boolean {
  if (path.length <= 100) return true;
  const cut = path.indexOf('/', path.length - 101);
  return cut !== -1 && cut <= 155;
}

function firstReason(
  parts: readonly string[],
  refuse: (part: string) => string | undefined,
): string | undefined {
  for (const part of parts) {
    const reason = refuse(part);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
