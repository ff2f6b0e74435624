/**
 * The framing of git's wire protocol (gitprotocol-common, "pkt-line Format"): four hex digits of length, then the bytes.
 */

export type PktLine = Uint8Array | 'flush';

/**
 * Splits `bytes` into its lines. Delimiter and end-of-response packets count as flushes.
 *
 * @returns undefined when the framing is broken or the bytes end within a line.
 */
export function parsePktLines(bytes: Uint8Array): readonly PktLine[] | undefined {
  const lines: PktLine[] = [];
  let at = 0;
  while (at < bytes.length) {
    const header = latin1(bytes.subarray(at, at + 4));
    if (!/^[0-9a-f]{4}$/i.test(header)) return undefined;
    const length = Number.parseInt(header, 16);
    if (length < 4) {
      if (length === 3) return undefined;
      lines.push('flush');
      at += 4;
      continue;
    }
    if (at + length > bytes.length) return undefined;
    lines.push(bytes.subarray(at + 4, at + length));
    at += length;
  }
  return lines;
}

/** @param line at most 65,516 bytes of ASCII. */
export function formatPktLine(line: string): string {
  return (line.length + 4).toString(16).padStart(4, '0') + line;
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
