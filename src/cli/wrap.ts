/** Drawn over two cells of a terminal: East Asian scripts, full-width forms, emoji. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]/u;

/** Drawn over the letter before. */
const combining = /[\p{Mn}\p{Me}\ufe00-\ufe0f]/u;

/** How many cells of a terminal `line` takes: plain text, one line. */
export function displayWidth(line: string): number {
  let width = 0;
  for (const character of line) {
    if (combining.test(character)) continue;
    width += wide.test(character) ? 2 : 1;
  }
  return width;
}

/**
 * `text` broken at spaces so that no line is wider than `columns`. Line breaks and the indentation of each line stay;
 * continued lines are indented by `hanging` more. A word that is too wide alone (a digest, a URL) is left whole, because
 * people copy it.
 */
export function wrap(text: string, columns: number, hanging = ''): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columns, hanging))
    .join('\n');
}

function wrapLine(line: string, columns: number, hanging: string): readonly string[] {
  if (displayWidth(line) <= columns) return [line];
  const indentation = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = indentation;
  let empty = true;
  for (const word of line.slice(indentation.length).split(' ')) {
    const longer = empty ? current + word : `${current} ${word}`;
    if (empty || displayWidth(longer) <= columns) {
      current = longer;
    } else {
      lines.push(current.trimEnd());
      current = indentation + hanging + word;
    }
    empty = false;
  }
  return [...lines, current.trimEnd()];
}
