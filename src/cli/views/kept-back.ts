import { plain, plainLine } from '../plain-text.js';

/** Parts of main that a checkpoint left at their last good bytes. Their names and contents are anybody's. */
export function keptBackLines(
  keptBack: readonly { readonly path: string; readonly code: string; readonly message: string }[],
): string[] {
  return keptBack.map(
    ({ path, code, message }) => `  kept back ${plainLine(path)}: ${plain(message)} [${code}]`,
  );
}
