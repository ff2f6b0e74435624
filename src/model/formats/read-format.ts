import type { z } from 'zod';
import { UdosError, type ErrorCode } from '../../errors/index.js';
import {
  documentLimits,
  JsonProblem,
  parseStrictJson,
  type JsonLimits,
  type JsonValue,
} from '../../primitives/json/index.js';
import { nearest } from '../nearest.js';

export interface ReadOptions {
  /** Names the file in messages: `udos.json`, `plugins/ad/ada/notes.json`. */
  readonly what: string;
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly limits?: JsonLimits;
  /** Fields beginning `x-` at the top are the author's own: they pass unread. */
  readonly allowOwnFields?: boolean;
}

/**
 * Parses strict JSON bytes into the type of `schema`.
 *
 * @throws `options.code`, naming the first field that is wrong.
 */
export function readFormat<T>(schema: z.ZodType<T>, bytes: Uint8Array, options: ReadOptions): T {
  let value: JsonValue;
  try {
    value = parseStrictJson(bytes, options.limits ?? documentLimits);
  } catch (error) {
    if (error instanceof JsonProblem) throw refusal(options, error.message);
    throw error;
  }
  const parsed = schema.safeParse(options.allowOwnFields === true ? withoutOwnFields(value) : value);
  if (parsed.success) return parsed.data;
  throw refusal(options, describeIssue(parsed.error.issues[0], schema));
}

function refusal(options: ReadOptions, problem: string): UdosError {
  return new UdosError(options.code, `Cannot read ${options.what}: ${problem}.`, {
    ...(options.hint === undefined ? {} : { hint: options.hint }),
    data: { file: options.what, problem },
  });
}

function withoutOwnFields(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('x-')));
}

function describeIssue(issue: z.core.$ZodIssue | undefined, schema: z.ZodType): string {
  if (issue === undefined) return 'it does not fit its format';
  const at =
    issue.path.length === 0 ? 'it' : `"${issue.path.map((part) => shortened(String(part))).join('.')}"`;
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys[0] ?? '';
    const known = issue.path.length === 0 ? knownFields(schema) : [];
    const meant = nearest(unknown, known);
    return `${at} has the unknown field "${shortened(unknown)}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
  }
  if (issue.code === 'invalid_key' || issue.code === 'invalid_union') return `${at} is not of the right form`;
  return `${at}: ${issue.message.replace(/\.$/, '')}`;
}

/** A key may be as long as the file. */
function shortened(key: string): string {
  return key.length > 80 ? `${key.slice(0, 77)}...` : key;
}

function knownFields(schema: z.ZodType): string[] {
  const shape = (schema as { shape?: Record<string, unknown> }).shape;
  return shape === undefined ? [] : Object.keys(shape);
}
