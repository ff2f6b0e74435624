import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { ErrorCode } from '../../src/errors/index.js';
import type { Result } from '../kit/run.js';

/** The error that a command ended with, as `--json` tells it. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Why something was refused, beside the code: facts of `data`, each equal or, as text, fitting a pattern; where an error has
 * no such facts, a pattern for its message. One code stands for many reasons, and a story is about one.
 */
export type Because = RegExp | Readonly<Record<string, unknown>>;

/** Proves that `refusal` has this code and this reason. */
export function assertRefusal(refusal: Refusal, code: ErrorCode, because: Because): void {
  const found = `${refusal.code}: ${refusal.message}\n${JSON.stringify(refusal.data)}`;
  assert.equal(refusal.code, code, found);
  if (because instanceof RegExp) {
    assert.match(refusal.message, because);
    return;
  }
  assert.notEqual(Object.keys(because).length, 0, 'no reason was given');
  for (const [fact, expected] of Object.entries(because))
    assert.ok(fits(refusal.data[fact], expected), `refused for another reason, see ${fact}:\n${found}`);
}

/** What a command under `--json` was refused with. */
export function refusalIn({ stdout, stderr }: Result): Refusal {
  const document = JSON.parse(stdout) as { error?: Refusal };
  assert.ok(document.error, `it succeeded:\n${stdout}\n${stderr}`);
  return document.error;
}

function fits(found: unknown, expected: unknown): boolean {
  if (!(expected instanceof RegExp)) return isDeepStrictEqual(found, expected);
  return found !== undefined && expected.test(typeof found === 'string' ? found : JSON.stringify(found));
}

/** Nobody of a role has signed; that only few have is said by `threshold` and `signers`. */
export function unsigned(role: string): Because {
  return { role, signers: [], problems: /^(\["[0-9a-f]{16}: has not signed"\])$/ };
}
