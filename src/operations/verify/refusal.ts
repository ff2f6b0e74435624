import { errorCodes, UdosError, type ErrorCode } from '../../errors/index.js';
import { outcomeText, type VerifiedInstall, type VerifyResult } from './result.js';

/** Outcomes that are a failure, the worst first. What this machine does not have is none under `--offline`. */
const worstFirst = ['recalled', 'refused', 'damaged', 'not-proved'] as const;

/**
 * Passes when everything is proved; offline also when the rest only could not be had here.
 *
 * @throws the code of the worst outcome with the whole result in `data`: RELEASE_REVOKED; what refused; INSTALL_DAMAGED;
 *   LOCKFILE_DRIFT; STATE_CORRUPT or FILESYSTEM_FAILED; NOT_PROVED
 */
export function refuseUnproved(result: VerifyResult, drift: readonly string[], isOffline: boolean): void {
  const { plugins } = result;
  const failures = plugins.filter((plugin) => isFailure(plugin, isOffline));
  const worst = worstFirst
    .map((outcome) => failures.find((plugin) => plugin.outcome === outcome))
    .find((plugin) => plugin !== undefined);
  if (drift.length > 0 && (worst === undefined || worst.outcome === 'not-proved'))
    throw drifted(result, drift);
  if (worst === undefined) return;
  const lines = plugins.map((plugin) => `\n  ${outcomeText(plugin)}`);
  const count = plugins.filter(({ outcome }) => outcome !== 'proved').length;
  const verb = count === 1 ? 'is' : 'are';
  const message = `${count} of ${plugins.length} ${verb} not proved:${lines.join('')}`;
  const text = drift.length === 0 ? message : `${message}\n${driftText(drift)}`;
  throw new UdosError(codeOf(worst), text, { hint: hintOf(worst, failures), data: { ...result, drift } });
}

function isFailure({ outcome, reason }: VerifiedInstall, isOffline: boolean): boolean {
  if (outcome === 'proved') return false;
  return outcome !== 'not-proved' || !isOffline || isStateOf(reason?.code);
}

function isStateOf(code: string | undefined): boolean {
  return code !== undefined && errorCodes[code as ErrorCode] === 'state';
}

function codeOf({ outcome, reason }: VerifiedInstall): ErrorCode {
  if (outcome === 'damaged') return 'INSTALL_DAMAGED';
  const code = (reason?.code ?? 'NOT_PROVED') as ErrorCode;
  return outcome === 'not-proved' && !isStateOf(code) ? 'NOT_PROVED' : code;
}

function hintOf({ outcome, reason }: VerifiedInstall, failures: readonly VerifiedInstall[]): string {
  if (outcome !== 'damaged') return reason?.fix ?? 'Run `udos doctor`.';
  const isForeign = failures.some(({ problems }) => problems.some(({ kind }) => kind === 'unknown-folder'));
  return isForeign
    ? 'Look at the folders that no receipt knows and remove them by hand, then run `udos install --repair`.'
    : 'Run `udos install --repair` to unpack the signed artifacts again.';
}

function drifted(result: VerifyResult, drift: readonly string[]): UdosError {
  return new UdosError('LOCKFILE_DRIFT', driftText(drift), {
    hint: 'Run `udos install`, look at the change, and commit the lockfile.',
    data: { ...result, drift },
  });
}

function driftText(drift: readonly string[]): string {
  return `udos-lock.json does not fit udos.json: ${drift.join('; ')}.`;
}
