import { FormatProblem } from './format-problem.js';

export const untrustedPrefix = 'untrusted comment: ';
export const trustedPrefix = 'trusted comment: ';

/** In bytes of UTF-8, without the prefix. The stock tool reads untrusted ones of 1003 and writes trusted ones of 4000. */
export const commentLimits = { untrusted: 1000, trusted: 4000 } as const;

/** In bytes: more than the longest text with comments of those lengths. */
const maxTextBytes = 8192;

/** Controls (C0, C1), format characters (bidi, zero width, byte order mark), line and paragraph separators. */
const forbiddenCharacter = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/**
 * The lines of a minisign text, which must be exactly `count`, each ended by one LF, as the stock tool writes them.
 *
 * @throws FormatProblem at `length`, `encoding` (not UTF-8), `lines` (count, CR, no final newline), `characters`.
 */
export function parseLines(text: string | Uint8Array, count: number): string[] {
  const lines = decodeText(text).split('\n');
  if (lines.some((line) => line.includes('\r'))) {
    throw new FormatProblem('lines', 'it has carriage returns, and lines must end in LF only');
  }
  if (lines.pop() !== '') throw new FormatProblem('lines', 'its last line does not end in a newline');
  if (lines.length !== count) {
    throw new FormatProblem('lines', `it has ${lines.length} lines, not ${count}`, {
      expected: count,
      found: lines.length,
    });
  }
  for (const [index, line] of lines.entries()) refuseCharacters(line, `line ${index + 1}`);
  return lines;
}

function decodeText(text: string | Uint8Array): string {
  const size = typeof text === 'string' ? Buffer.byteLength(text) : text.length;
  if (size > maxTextBytes) {
    throw new FormatProblem('length', `it has ${size} bytes, more than the ${maxTextBytes} allowed`);
  }
  if (typeof text === 'string') return refuseLoneSurrogates(text);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    throw new FormatProblem('encoding', 'it is not UTF-8');
  }
}

function refuseLoneSurrogates(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new FormatProblem('encoding', 'it has half of a surrogate pair');
  return text;
}

function refuseCharacters(text: string, where: string): void {
  const found = forbiddenCharacter.exec(text)?.[0].codePointAt(0);
  if (found === undefined) return;
  const name = `U+${found.toString(16).toUpperCase().padStart(4, '0')}`;
  throw new FormatProblem('characters', `${where} holds the control character ${name}`, { character: name });
}

/** The comment after `prefix`. @throws FormatProblem at `lines` (another prefix), `length`. */
export function parseComment(line: string, prefix: string, maxBytes: number): string {
  if (!line.startsWith(prefix)) {
    throw new FormatProblem('lines', `it has no line that begins with "${prefix}" where one must stand`);
  }
  const comment = line.slice(prefix.length);
  refuseLongComment(comment, maxBytes);
  return comment;
}

/** Refuses a comment that would not survive being written and parsed. @throws FormatProblem */
export function refuseUnwritable(comment: string, which: keyof typeof commentLimits): void {
  refuseLoneSurrogates(comment);
  refuseCharacters(comment, `the ${which} comment`);
  refuseLongComment(comment, commentLimits[which]);
}

function refuseLongComment(comment: string, maxBytes: number): void {
  const size = Buffer.byteLength(comment);
  if (size > maxBytes) {
    throw new FormatProblem('length', `its comment has ${size} bytes, more than the ${maxBytes} allowed`);
  }
}

/**
 * The `length` bytes that some base64 stands for. Only the one canonical spelling is taken: standard alphabet,
 * padded, unused bits zero, no white space; so equal bytes mean equal text.
 *
 * @throws FormatProblem at `base64` or `length`.
 */
export function decodeBase64(text: string, length: number): Uint8Array {
  if (text.length > maxTextBytes) throw new FormatProblem('length', `it has ${text.length} characters`);
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  if (encodeBase64(bytes) !== text) throw new FormatProblem('base64', 'it is not canonical base64');
  if (bytes.length !== length) {
    throw new FormatProblem('length', `it has ${bytes.length} bytes, not ${length}`, {
      expected: length,
      found: bytes.length,
    });
  }
  return bytes;
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** True when `bytes` begins with the two ASCII letters of `name` at `offset`. */
export function isLabelled(bytes: Uint8Array, name: string, offset = 0): boolean {
  return bytes[offset] === name.charCodeAt(0) && bytes[offset + 1] === name.charCodeAt(1);
}

export function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
