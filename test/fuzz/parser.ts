import { UdosError, type ErrorCode } from '../../src/errors/index.js';

/** One parser of text from outside, and what must hold of it. */
export interface Parser {
  readonly name: string;
  /** What it throws for text that is wrong. A parser that answers with a value instead lists none. */
  readonly codes: readonly ErrorCode[];
  readonly parse: (bytes: Uint8Array) => unknown;
  /** The one text of a value: whatever parses must come back identically, or, with `again`, parse to the same value. */
  readonly encode?: (value: never, bytes: Uint8Array) => string | Uint8Array | Promise<string>;
  /** Another text of the same value is allowed: the encoder sorts, or leaves out what says nothing. */
  readonly again?: true;
  /** What it accepts. */
  readonly examples: readonly Uint8Array[];
  /** A document whose fields can be changed one by one. */
  readonly document?: Readonly<Record<string, unknown>>;
}

/** True for the error that this parser may throw. Any other one is a fault. */
export function isExpected(parser: Parser, error: unknown): boolean {
  return error instanceof UdosError && parser.codes.includes(error.code);
}

export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
export const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8');
