import { UdosError } from '../../errors/index.js';
import { fileError } from '../fs/index.js';

/** What was going on: who is to blame for an answer that makes no sense depends on it. */
export interface GitAction {
  /** Ends the sentence "Cannot …": `fetch https://example.org/index`. */
  readonly what: string;
  /** A server took part; otherwise only the repository on this disk did. */
  readonly remote: boolean;
}

const serverNonsense = new Set([
  'EmptyServerResponseError',
  'InvalidOidError',
  'ParseError',
  'RemoteCapabilityError',
  'SmartHttpError',
]);

/**
 * Turns whatever the git library threw into an error of ours; ours pass unchanged.
 *
 * A push that was not taken is PUSH_REFUSED, a server's nonsense NETWORK_FAILED, the disk's refusal FILESYSTEM_FAILED, and
 * objects that are missing or damaged STATE_CORRUPT.
 */
export function gitError(error: unknown, action: GitAction): UdosError {
  if (error instanceof UdosError) return error;
  const code = errorCode(error);
  const reason = printable(error instanceof Error ? error.message : String(error));

  if (code === 'PushRejectedError') {
    return new UdosError('PUSH_REFUSED', `Cannot ${action.what}: the branch there has moved on.`, {
      hint: 'Fetch what is new there, then run the command again. Nothing was changed on the server.',
      data: { movedOn: true },
      cause: error,
    });
  }
  if (code === 'GitPushError') {
    return new UdosError('PUSH_REFUSED', `Cannot ${action.what}: the server refused: ${reason}.`, {
      hint: "Ask the repository's owner which rules protect the branch. Nothing was changed on the server.",
      cause: error,
    });
  }
  if (code === 'UrlParseError' || code === 'UnknownTransportError') {
    return new UdosError('URL_INVALID', `Cannot ${action.what}: this is not an address of a git server.`, {
      hint: 'Use an https:// address.',
      cause: error,
    });
  }
  if (code !== undefined && /^E[A-Z]+$/.test(code)) {
    return fileError(`${action.what}, as a file cannot be used:`, errorPath(error) ?? 'unknown', error);
  }
  if (action.remote && code !== undefined && serverNonsense.has(code)) {
    return new UdosError('NETWORK_FAILED', `Cannot ${action.what}: the server's answer makes no sense.`, {
      hint: 'Check the address. If it is right, the server or a proxy before it is at fault.',
      data: { reason },
      cause: error,
    });
  }
  return new UdosError(
    'STATE_CORRUPT',
    `Cannot ${action.what}: objects of the repository are missing or damaged.`,
    {
      hint: '`git fsck` in that repository shows what is wrong with it.',
      data: { reason },
      cause: error,
    },
  );
}

/** True for the library's "there is no such ref or object". */
export function isGitNotFound(error: unknown): boolean {
  return errorCode(error) === 'NotFoundError';
}

/** Foreign text, made fit for one line of a message: no control, format or bidi characters, at most 200 characters. */
export function printable(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\p{C}/gu, '')
    .trim();
  return line.length > 200 ? `${line.slice(0, 197)}...` : line;
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function errorPath(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
}
