/** One packet of git's framing (gitprotocol-common, "pkt-line Format"); the empty ones have a meaning each in protocol 2. */
export type Packet = Uint8Array | 'flush' | 'delimiter' | 'end';

const empties: readonly (Packet | undefined)[] = ['flush', 'delimiter', 'end'];

/** The framing is broken, or the stream ends within a packet. */
export class BrokenFraming extends Error {
  override readonly name = 'BrokenFraming';
}

/**
 * The packets of a stream as they come in. A packet has at most 65,516 bytes, and no more than that is held beside the chunk
 * at hand.
 *
 * @throws BrokenFraming
 */
export async function* readPackets(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Packet> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (at + 4 <= bytes.length) {
      const length = parseLength(bytes.subarray(at, at + 4));
      if (length < 4) {
        const empty = empties[length];
        if (empty === undefined) throw new BrokenFraming(`a packet of length ${length}`);
        yield empty;
        at += 4;
        continue;
      }
      if (at + length > bytes.length) break;
      yield bytes.subarray(at + 4, at + length);
      at += length;
    }
    rest = bytes.subarray(at);
  }
  if (rest.length > 0) throw new BrokenFraming('the stream ends within a packet');
}

function parseLength(header: Uint8Array): number {
  const text = String.fromCharCode(...header);
  if (!/^[0-9a-f]{4}$/i.test(text)) throw new BrokenFraming('a packet without a length');
  return Number.parseInt(text, 16);
}

/** A packet of text, without the line feed at its end. */
export function textOf(packet: Uint8Array): string {
  const text = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength).toString('utf8');
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}
