/** Control, escape and bidirectional format characters: they could repaint a terminal or reorder a name (THREATS F12). */
const invisible = /(?![\t\n])\p{Cc}|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/u;

/** True for text that shows as what it is; tabs and line breaks are allowed. */
export function isVisible(text: string): boolean {
  return !invisible.test(text);
}
