/** The one of `known` that is fewest edits from `text`, when that is few enough to be a slip. */
export function nearest(text: string, known: readonly string[]): string | undefined {
  const short = text.slice(0, 64);
  const limit = Math.max(2, Math.floor(short.length / 3));
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(short, candidate) }))
    .sort((left, right) => left.distance - right.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= limit ? best.candidate : undefined;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [index, letter] of Array.from(left).entries()) {
    const next = [index + 1];
    for (let column = 1; column <= right.length; column += 1) {
      const substituted = (row[column - 1] ?? 0) + (right[column - 1] === letter ? 0 : 1);
      next.push(Math.min(substituted, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
