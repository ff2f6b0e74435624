/** A number in the order of checks of DESIGN's "What a client checks", or a promise of the client beside them. */
export type Check = number | 'lockfile' | 'consent' | 'output';

/** Tests that stand for a check: files below test/unit, and threats whose stories attack it. Each list must notice. */
export interface Proof {
  readonly unit: readonly string[];
  readonly stories: readonly string[];
}

/** One check, or one part of it, switched off: a piece of source that stands once in its file, and what replaces it. */
export interface Mutation {
  readonly check: Check;
  readonly without: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Where the tests of the check are too many, or none of a kind can see this part of it. */
  readonly proof?: Partial<Proof>;
}

export const trust = 'src/registry/trust';
