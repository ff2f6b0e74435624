import { errorCodes, type ErrorCode } from '../errors/index.js';

/** What to try after an error whose thrower knows nothing better; undefined where there is nothing to say for all. */
export function usualHint(code: ErrorCode): string | undefined {
  if (code === 'OFFLINE') return 'Run the command once without --offline.';
  switch (errorCodes[code]) {
    case 'network':
      return 'Check the address and the connection, then run the command again.';
    case 'trust':
      return 'Nothing was changed. Try again later, or tell the owner of the registry; in one of your own, run `udos registry check`.';
    default:
      return undefined;
  }
}
