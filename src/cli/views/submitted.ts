import { plainLine } from '../plain-text.js';
import type { Submitted } from '../../operations/steps/submit-document.js';

/** What became of a change that was brought into a registry, and what comes next. */
export function submittedView(what: string, where: string, submitted: Submitted): string {
  switch (submitted.state) {
    case 'published':
      return submitted.sequence === null
        ? `${what}: nothing to change.`
        : `${what} in ${where}.\nClients see it from checkpoint ${submitted.sequence} on.`;
    case 'proposed':
      return [
        `${what}: proposed on the branch ${submitted.branch ?? ''} of ${where}.`,
        submitted.compareUrl === null
          ? 'Open a pull request from it. After the merge, the owner runs `udos registry checkpoint`.'
          : `Open a pull request from it: ${plainLine(submitted.compareUrl)}\nAfter the merge, the owner runs \`udos registry checkpoint\`.`,
      ].join('\n');
    case 'dry-run':
      return `${what}: everything would be accepted. Nothing was written (--dry-run).`;
  }
}
