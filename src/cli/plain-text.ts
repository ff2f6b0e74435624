/**
 * Text from elsewhere (an index, an archive, a server, a file name) made harmless for a terminal: THREATS F12.
 * Nothing is shortened, and letters of every script stay.
 */

const esc = '\u001b';

/**
 * Escape sequences of ECMA-48: control strings with their end (OSC 8 hyperlinks, DCS, APC …), CSI sequences, and all shorter
 * ones. A control string without an end loses only its opening, or it would hide what follows it.
 */
const sequences = new RegExp(
  [
    `(?:${esc}[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\p{Cc}]*(?:\\u0007|${esc}\\\\|\\u009c)`,
    `(?:${esc}\\[|\\u009b)[0-?]*[ -\\/]*[@-~]`,
    `${esc}[ -\\/]*[0-~]`,
  ].join('|'),
  'gu',
);

/** Every character that stands for a break or a gap other than a newline. */
const gaps = /[\t\v\f\u0085\u2028\u2029]/gu;

/**
 * Controls (C0, DEL, C1), format characters (bidi, zero width, tags, BOM), lone surrogates, and letters that are drawn as
 * nothing.
 */
const unseen = '[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\u115f\\u1160\\u3164\\uffa0]|\\u034f|\\u17b4|\\u17b5';
const unseenCharacters = new RegExp(`(?!\\n)(?:${unseen})`, 'gu');

/** Without escape sequences and characters that cannot be seen; newlines stay, tabs become spaces. */
export function plain(text: string): string {
  return printable(text.replaceAll('\r\n', '\n').replace(sequences, ''));
}

/** The same on one line: each run of line breaks and tabs becomes one space. */
export function plainLine(text: string): string {
  return plain(text.replace(/[\r\n\t]+/g, ' '));
}

/**
 * The last filter before a terminal. It removes single characters only, never what stands between two of them, so a broken
 * sequence that slipped into a page cannot hide the rest of it.
 */
export function printable(text: string): string {
  return text.replace(gaps, ' ').replace(unseenCharacters, '');
}

/**
 * One JSON document, indented, ending in a newline, in which every character that a terminal would obey or hide is escaped.
 * Parsed, it is equal to what `JSON.stringify` gives. `change` is applied to each string value first.
 */
export function jsonText(value: unknown, change: (text: string) => string = (text) => text): string {
  const replacer = (_key: string, member: unknown): unknown => {
    if (typeof member === 'string') return change(member);
    return typeof member === 'bigint' ? member.toString() : member;
  };
  const document = JSON.stringify(value, replacer, 2);
  return `${document.replace(unseenCharacters, escaped)}\n`;
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`,
  ).join('');
}
