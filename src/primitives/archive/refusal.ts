import { UdosError } from '../../errors/index.js';

/**
 * Why an archive is not unpacked. `reason` continues the sentence "the archive …" or, with `entry`, "its entry …";
 * both stand in `data`.
 */
export function refusal(reason: string, entry?: string, cause?: unknown): UdosError {
  const subject =
    entry === undefined
      ? 'Refused the archive: it'
      : `Refused the archive: its entry ${JSON.stringify(entry)}`;
  return new UdosError('ARCHIVE_UNSAFE', `${subject} ${reason}.`, {
    hint: 'Nothing of it was installed. Its author can build a proper archive with `udos plugin pack`.',
    data: entry === undefined ? { reason } : { reason, entry },
    cause,
  });
}
