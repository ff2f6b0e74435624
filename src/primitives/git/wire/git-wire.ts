import { UdosError } from '../../../errors/index.js';
import { latin1 } from '../pkt-lines.js';
import { brokenAnswer, serverRefusal } from '../server-answers.js';
import type { Carrier } from './carrier.js';
import type { GitObject } from './git-object.js';
import { PackRefused, readPack } from './pack-reader.js';
import { BrokenFraming, readPackets, textOf, type Packet } from './pkt-reader.js';
import { formatFetch, formatLsRefs } from './requests.js';
import { parseCapabilities } from './server-capabilities.js';

/** How far an answer may unfold, in times of its own limit. Trees and JSON pack at about 1 to 8. */
const unfoldingFactor = 32;
/** The shortest entry that a pack can have: a header, and nothing deflated. */
const entryBytes = 9;
const refsBytes = 64 * 1024;

/** A repository on a server that hands out single objects: git's protocol 2, with filters. */
export interface GitWire {
  readonly location: string;
  /** The commit that a branch is at, by its full name; undefined when there is no such branch. */
  readRef(ref: string): Promise<string | undefined>;
  /**
   * Objects by their ids, all in one round trip, and nothing that they name but `treeDepth` levels of trees below a commit.
   * Each has the id that its bytes have, and all that were wanted are there.
   *
   * @param maxBytes the most that the answer may have; an object may unfold to as much, all together to 32 times that.
   * @throws NETWORK_FAILED for an answer that breaks off, is not git's protocol, or lacks an object; TRANSFER_LIMIT
   */
  fetch(wants: readonly string[], options: FetchOptions): Promise<ReadonlyMap<string, GitObject>>;
}

export interface FetchOptions {
  readonly treeDepth: number;
  readonly maxBytes: number;
}

/**
 * Asks a server what it can do.
 *
 * @returns undefined when it cannot hand out single objects: it speaks an older protocol, or knows no filters.
 * @throws AUTH_REQUIRED, INDEX_NOT_FOUND, NETWORK_FAILED, TRANSFER_LIMIT, TRANSFER_REFUSED
 */
export async function connectWire(carrier: Carrier): Promise<GitWire | undefined> {
  const packets: Packet[] = [];
  const { location } = carrier;
  await unlessBroken(location, async () => {
    for await (const packet of readPackets(await carrier.advertise())) {
      refuseServerError(location, packet);
      packets.push(packet);
      // The refs of an older protocol are none of our business.
      if (packets.length > 100) break;
    }
  });
  return parseCapabilities(packets)?.canFilter === true ? openWire(carrier) : undefined;
}

/** The same for a server that is known to be able to: nothing is asked. */
export function openWire(carrier: Carrier): GitWire {
  const { location } = carrier;
  return {
    location,
    readRef: (ref) => unlessBroken(location, () => readRef(carrier, ref)),
    fetch: async (wants, options) => {
      const objects = await unlessBroken(location, () => fetchObjects(carrier, wants, options));
      const absent = wants.find((oid) => !objects.has(oid));
      if (absent === undefined) return objects;
      throw new UdosError('NETWORK_FAILED', `${location} did not send object ${absent}.`, {
        hint: 'Try again. If it stays, ask the owner of the server.',
        data: { url: location, oid: absent },
      });
    },
  };
}

async function readRef(carrier: Carrier, ref: string): Promise<string | undefined> {
  let found: string | undefined;
  for await (const packet of readPackets(await carrier.send(formatLsRefs(ref), refsBytes))) {
    if (!(packet instanceof Uint8Array)) continue;
    refuseServerError(carrier.location, packet);
    const [oid = '', name] = textOf(packet).split(' ');
    if (!/^[0-9a-f]{40}$/.test(oid)) throw new BrokenFraming('a ref without an id');
    if (name === ref) found = oid;
  }
  return found;
}

async function fetchObjects(
  carrier: Carrier,
  wants: readonly string[],
  { treeDepth, maxBytes }: FetchOptions,
): Promise<ReadonlyMap<string, GitObject>> {
  const answer = await carrier.send(formatFetch({ wants, treeDepth }), maxBytes);
  const limits = {
    objectBytes: maxBytes,
    totalBytes: maxBytes * unfoldingFactor,
    objects: Math.ceil(maxBytes / entryBytes),
  };
  const objects = new Map<string, GitObject>();
  // No haves are sent, so the pack stands on its own feet.
  const nothing = () => Promise.resolve(undefined);
  for await (const object of readPack(packBytes(carrier.location, answer), limits, nothing))
    objects.set(object.oid, object);
  return objects;
}

/** The pack in an answer to `fetch`: what comes on the first side band of the section `packfile`. */
async function* packBytes(
  location: string,
  answer: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let isInPack = false;
  for await (const packet of readPackets(answer)) {
    if (!(packet instanceof Uint8Array)) {
      if (isInPack) return;
      continue;
    }
    if (!isInPack) {
      refuseServerError(location, packet);
      isInPack = textOf(packet) === 'packfile';
    } else if (packet[0] === 1) yield packet.subarray(1);
    else if (packet[0] === 3) throw serverRefusal(location, packet.subarray(1));
  }
  throw new BrokenFraming('the answer ends before its pack does');
}

function refuseServerError(location: string, packet: Packet): void {
  if (packet instanceof Uint8Array && latin1(packet.subarray(0, 4)) === 'ERR ')
    throw serverRefusal(location, packet.subarray(4));
}

async function unlessBroken<T>(location: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BrokenFraming) throw brokenAnswer(location);
    if (!(error instanceof PackRefused)) throw error;
    if (error.problem === 'damaged') throw brokenAnswer(location);
    throw new UdosError('TRANSFER_LIMIT', `The pack from ${location} unfolds to more than it may have.`, {
      hint: 'The server sends what was not asked for, or an index file has grown beyond its limit.',
      data: { url: location },
    });
  }
}
