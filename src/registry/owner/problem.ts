import type { UdosError } from '../../errors/index.js';

/** A part of an index that a client would refuse, and why. */
export interface Problem {
  /** The file, or the folder of a publisher. */
  readonly path: string;
  readonly error: UdosError;
}
