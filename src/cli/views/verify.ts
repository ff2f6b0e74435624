import type { VerifyNote } from '../../operations/verify/notes.js';
import { outcomeText, type VerifyResult } from '../../operations/verify/result.js';
import { plainLine } from '../plain-text.js';
import { counted } from './count.js';

/** Every plugin with its outcome, and what else there is to know. */
export function verifyView({ plugins, notes }: VerifyResult): string {
  if (plugins.length === 0)
    return ['Nothing is locked, and nothing is installed.', ...notes.map(noteText)].join('\n');
  const proved = plugins.filter(({ outcome }) => outcome === 'proved').length;
  const others = plugins.length - proved;
  return [
    ...(proved === 0
      ? []
      : [`${counted(proved, 'plugin')} verified: every file is what was locked and signed.`]),
    ...(others === 0
      ? []
      : [`! ${counted(others, 'plugin')} could not be proved offline; run \`udos verify\` with a network.`]),
    ...plugins.map((plugin) => plainLine(`  ${outcomeText(plugin)}`)),
    ...notes.map(noteText),
  ].join('\n');
}

function noteText({ message, fix }: VerifyNote): string {
  return plainLine(`! ${message} ${fix}`);
}
