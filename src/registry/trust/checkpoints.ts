import { UdosError } from '../../errors/index.js';
import {
  checkpoint as checkpointFormat,
  readFormat,
  type Checkpoint,
  type KeyRole,
} from '../../model/formats/index.js';
import { layout, sidecarOf } from '../../model/index-layout.js';
import type { IndexHead } from '../../model/index-source.js';
import type { IndexPath, RegistryId, Sha256 } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import type { TrustedRoot } from './roots.js';
import { sidecarPaths, verifyThreshold } from './threshold.js';

/** A checkpoint whose signatures were verified, with the bytes that prove it. */
export interface SignedCheckpoint {
  readonly document: Checkpoint;
  readonly sha256: Sha256;
  readonly bytes: Uint8Array;
  readonly sidecars: ReadonlyMap<IndexPath, Uint8Array>;
}

const checkpointLimits = { maxBytes: 16 * 1024, maxDepth: 32 };
/** How far ahead of this machine's clock a checkpoint may have been issued. */
export const maxSkewMs = 10 * 60 * 1000;

/** A checkpoint as a source offers it: nothing of it is verified. */
export type OfferedCheckpoint = Pick<SignedCheckpoint, 'bytes' | 'sidecars'>;

/** Reads the snapshot's checkpoint and its signatures. @throws INDEX_NOT_FOUND when there is none */
export async function readCheckpoint(root: TrustedRoot, head: IndexHead): Promise<OfferedCheckpoint> {
  const path = layout.checkpoint;
  const found = await head.read([path, ...sidecarPaths(path, signingRoles(root))], checkpointLimits.maxBytes);
  const bytes = found.get(path);
  if (bytes === undefined) {
    throw new UdosError('INDEX_NOT_FOUND', `There is no published index here: ${path} is missing.`, {
      hint: 'Check the URL. The owner publishes with `udos registry checkpoint`.',
    });
  }
  return { bytes, sidecars: new Map([...found].filter(([name]) => name !== path)) };
}

/** @throws CHECKPOINT_INVALID */
export function parseCheckpoint(bytes: Uint8Array): Checkpoint {
  return readFormat(checkpointFormat, bytes, {
    what: layout.checkpoint,
    code: 'CHECKPOINT_INVALID',
    limits: checkpointLimits,
  });
}

/**
 * Verifies who signed a checkpoint, for which registry and under which root (check 5). Of the sidecars only those that count
 * remain: whatever else a host put beside it is kept nowhere.
 *
 * @throws CHECKPOINT_INVALID
 */
export function verifyCheckpoint(
  registry: RegistryId,
  root: TrustedRoot,
  { bytes, sidecars }: OfferedCheckpoint,
): SignedCheckpoint {
  const path = layout.checkpoint;
  const document = parseCheckpoint(bytes);
  if (document.registry !== registry) throw mismatch('registry', registry, document.registry);
  if (document.root !== root.document.version) throw mismatch('root', root.document.version, document.root);
  const demand = {
    registry,
    type: document.type,
    n: document.sequence,
    keys: root.keys,
    code: 'CHECKPOINT_INVALID' as const,
  };
  const { checkpoint, witness } = root.document.roles;
  const file = { path, bytes, sidecars };
  const signers = verifyThreshold(file, { ...demand, role: checkpoint, roleName: 'the checkpoint role' });
  if (witness !== undefined)
    signers.push(...verifyThreshold(file, { ...demand, role: witness, roleName: 'the witness role' }));
  const counted = new Set(signers.map((fp) => sidecarOf(path, fp)));
  return {
    document,
    sha256: sha256Hex(bytes) as Sha256,
    bytes,
    sidecars: new Map([...sidecars].filter(([name]) => counted.has(name))),
  };
}

/**
 * Check 8: true when it has expired.
 *
 * The future is measured by `clock`, not by `now`, which follows the newest `issued`: each checkpoint could lead a little
 * farther, without an end.
 *
 * @param now never before the newest time that was verified.
 * @param clock this machine's.
 * @throws CHECKPOINT_INVALID for one that was issued in the future
 */
export function isExpired(checkpoint: SignedCheckpoint, now: number, clock: number): boolean {
  const { issued, expires } = checkpoint.document;
  if (Date.parse(issued) > Math.max(now, clock + maxSkewMs)) {
    const here = new Date(clock).toISOString();
    throw new UdosError(
      'CHECKPOINT_INVALID',
      `The checkpoint was issued at ${issued}, but it is only ${here} here.`,
      { hint: "Check this machine's clock.", data: { issued, now: here } },
    );
  }
  return Date.parse(expires) <= now;
}

function signingRoles(root: TrustedRoot): KeyRole[] {
  const { checkpoint, witness } = root.document.roles;
  return witness === undefined ? [checkpoint] : [checkpoint, witness];
}

function mismatch(field: string, expected: string | number, found: string | number): UdosError {
  return new UdosError('CHECKPOINT_INVALID', `The checkpoint's ${field} is ${found}, not ${expected}.`, {
    data: { field, expected, found },
  });
}
