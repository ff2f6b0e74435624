import type { ToldProblem } from '../../operations/steps/told-problem.js';
import { plain, plainLine } from '../plain-text.js';

/** Parts of main that a checkpoint left at their last good bytes. Their names and contents are anybody's. */
export function keptBackLines(keptBack: readonly ToldProblem[]): string[] {
  return keptBack.flatMap(({ path, code, message, hint }) => [
    `  kept back ${plainLine(path)}: ${plain(message)} [${code}]`,
    ...(hint === null ? [] : [`    ${plain(hint)}`]),
  ]);
}
