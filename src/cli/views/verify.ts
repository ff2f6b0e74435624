import type { VerifyNote } from '../../operations/verify-notes.js';
import type { VerifyResult } from '../../operations/verify.js';
import { plainLine } from '../plain-text.js';
import { counted } from './count.js';

/** What was proved, and what could not be looked at. */
export function verifyView({ plugins, notes }: VerifyResult): string {
  const unasked = plugins.filter((plugin) => plugin.index !== 'agrees').length;
  const absent = plugins.filter((plugin) => plugin.artifact === 'absent').length;
  if (plugins.length === 0)
    return ['Nothing is locked, and nothing is installed.', ...notes.map(noteText)].join('\n');
  return [
    `${counted(plugins.length, 'plugin')} verified: every file is what was locked.`,
    ...(unasked === 0 ? [] : [`  ${counted(unasked, 'plugin')} could not be compared with the index.`]),
    ...(absent === 0
      ? []
      : [
          `  ${counted(absent, 'artifact')} not in the store any more, so the signature was not checked again.`,
        ]),
    ...notes.map(noteText),
  ].join('\n');
}

function noteText({ message, fix }: VerifyNote): string {
  return plainLine(`! ${message} ${fix}`);
}
