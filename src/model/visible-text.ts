/** Scripts that are spelled with joiners: those of the Arabic family and those of Indic descent. */
const joiningScripts = [
  ...['Arab', 'Syrc', 'Mand', 'Nkoo', 'Mong', 'Deva', 'Beng', 'Guru', 'Gujr', 'Orya', 'Taml', 'Telu', 'Knda'],
  ...['Mlym', 'Sinh', 'Tibt', 'Mymr', 'Khmr', 'Bali', 'Java'],
];
const joined = `[${joiningScripts.map((script) => `\\p{scx=${script}}`).join('')}]`;
const emoji = '[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f]';

/** The places where a character that is not seen itself says how its neighbours are drawn. */
const shapingPlaces = [
  `(?<=${joined})[\\u200c\\u200d](?=${joined})`,
  `(?<=${emoji})\\u200d(?=\\p{Extended_Pictographic})`,
  '(?<=[^\\p{Default_Ignorable_Code_Point}\\p{Z}\\p{C}])[\\ufe00-\\ufe0f]',
  '(?<=\\p{sc=Mong})[\\u180b-\\u180d\\u180f]',
  '(?<=\\p{sc=Hani})[\\u{e0100}-\\u{e01ef}]',
].join('|');

/** Made when it is first needed: few texts hold such a character, and it takes its time. */
let shaping: RegExp | undefined;

/**
 * Control, escape, bidirectional and half characters; and all that Unicode draws as nothing, such as zero-width spaces, soft
 * hyphens, fillers and tags. They could repaint a terminal, reorder a name, or hide text in text (THREATS F12).
 */
const unseen = /(?![\t\n])\p{Cc}|[\p{Default_Ignorable_Code_Point}\p{Cs}\p{Zl}\p{Zp}\ufff9-\ufffb]/u;

/**
 * True for text that shows as what it is; tabs and line breaks are allowed. So are joiners between letters that need them
 * or between emoji, and one selector of a variant after a character.
 */
export function isVisible(text: string): boolean {
  if (!unseen.test(text)) return true;
  shaping ??= new RegExp(shapingPlaces, 'gu');
  return !unseen.test(text.replace(shaping, ''));
}
