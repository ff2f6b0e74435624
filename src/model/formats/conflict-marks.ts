import { UdosError, type ErrorCode } from '../../errors/index.js';

/**
 * Refuses a text that holds the marks which git leaves where two sides could not be merged. JSON never begins a line with
 * them.
 *
 * @throws `code` with the number of the first such line in the message and in `data.line`
 */
export function refuseConflictMarks(
  bytes: Uint8Array,
  what: string,
  code: ErrorCode,
  hintOf: (line: number) => string,
): void {
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  const at = lines.findIndex((line) => line.startsWith('<<<<<<<'));
  if (at === -1) return;
  const line = at + 1;
  throw new UdosError(code, `Cannot read ${what}: git left a merge conflict in it, from line ${line} on.`, {
    hint: hintOf(line),
    data: { file: what, problem: 'conflict marks', line },
  });
}
