export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export interface JsonLimits {
  /** In bytes. */
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** Of one object: as many as the files of the largest release when left out. */
  readonly maxKeys?: number;
}

/** Limits for every signed file but the checkpoint and the roots (DESIGN section 5). */
export const documentLimits: JsonLimits = { maxBytes: 1024 * 1024, maxDepth: 32 };

const mostKeys = 20_000;

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** Why some text is not strict JSON. Callers turn it into an error that names the file. */
export class JsonProblem extends Error {}

/**
 * Parses JSON that has exactly one meaning: UTF-8 without BOM, no duplicate keys, no key that reaches an object's
 * prototype, only safe integers written plainly, no lone surrogates, bounded size, depth and number of keys.
 *
 * @throws JsonProblem saying what was met and at which character.
 */
export function parseStrictJson(bytes: Uint8Array, limits: JsonLimits = documentLimits): JsonValue {
  if (bytes.length > limits.maxBytes) {
    throw new JsonProblem(`it has ${bytes.length} bytes, more than the ${limits.maxBytes} allowed`);
  }
  const text = decodeUtf8(bytes);
  refuseAmbiguity(text, limits);
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new JsonProblem(error instanceof Error ? error.message.slice(0, 120) : 'it is not JSON');
  }
}

/** Two-space indented JSON with a final newline: how udos writes every file that people read. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function decodeUtf8(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new JsonProblem('it is not UTF-8');
  }
  if (text.startsWith('\uFEFF')) throw new JsonProblem('it begins with a byte order mark');
  return text;
}

/** Tokens of more than one character, but for strings. A pattern that repeats a choice would need memory for each character. */
const token = /-?[0-9][0-9.eE+-]*|[a-z]+|[ \t\n\r]+/y;
const plainInteger = /^(?:0|-?[1-9][0-9]{0,15})$/;

/**
 * Walks the tokens of `text` and refuses what `JSON.parse` would let pass silently. It need not catch bad syntax:
 * `JSON.parse` runs after it and does.
 */
function refuseAmbiguity(text: string, { maxDepth, maxKeys = mostKeys }: JsonLimits): void {
  const keysOf: (Set<string> | undefined)[] = [];
  let pendingString: { readonly raw: string; readonly at: number } | undefined;
  let next = 0;
  while (next < text.length) {
    const at = next;
    const first = text.charAt(at);
    next += 1;
    switch (first) {
      case '{':
      case '[':
        keysOf.push(first === '{' ? new Set() : undefined);
        if (keysOf.length > maxDepth) throw new JsonProblem(`it is nested more than ${maxDepth} levels deep`);
        break;
      case '}':
      case ']':
        keysOf.pop();
        break;
      case ':': {
        const keys = keysOf.at(-1);
        if (keys === undefined || pendingString === undefined) break;
        addKey(keys, pendingString.raw, pendingString.at);
        if (keys.size > maxKeys) throw new JsonProblem(`it has an object of more than ${maxKeys} keys`);
        break;
      }
      case ',':
        break;
      default: {
        const found = longToken(text, at);
        if (found === undefined) throw new JsonProblem(`it has an unexpected character at ${at}`);
        next = at + found.length;
        if (first === '"') {
          refuseLoneSurrogate(found, at);
          pendingString = { raw: found, at };
        } else if (first === '-' || (first >= '0' && first <= '9')) {
          refuseUnsafeNumber(found, at);
        }
      }
    }
  }
}

function longToken(text: string, at: number): string | undefined {
  if (text.charAt(at) === '"') return stringAt(text, at);
  token.lastIndex = at;
  return token.exec(text)?.[0];
}

/** The string that begins at `at`, quotes included: it ends at the first quote behind an even number of backslashes. */
function stringAt(text: string, at: number): string | undefined {
  for (let quote = text.indexOf('"', at + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let escapes = 0;
    while (text.charAt(quote - 1 - escapes) === '\\') escapes += 1;
    if (escapes % 2 === 0) return text.slice(at, quote + 1);
  }
  return undefined;
}

function addKey(keys: Set<string>, raw: string, at: number): void {
  let key: string;
  try {
    key = JSON.parse(raw) as string;
  } catch {
    throw new JsonProblem(`it has a malformed key at ${at}`);
  }
  if (forbiddenKeys.has(key)) throw new JsonProblem(`it has the forbidden key "${key}" at ${at}`);
  if (keys.has(key))
    throw new JsonProblem(`it has the key ${JSON.stringify(key.slice(0, 60))} twice, at ${at}`);
  keys.add(key);
}

function refuseUnsafeNumber(raw: string, at: number): void {
  if (!plainInteger.test(raw) || !Number.isSafeInteger(Number(raw))) {
    throw new JsonProblem(`it has the number ${raw.slice(0, 40)} at ${at}, not a plain safe integer`);
  }
}

function refuseLoneSurrogate(raw: string, at: number): void {
  if (!/\\u[dD][89a-fA-F]/.test(raw)) return;
  let value: string;
  try {
    value = JSON.parse(raw) as string;
  } catch {
    return;
  }
  if (/\p{Surrogate}/u.test(value)) throw new JsonProblem(`it has half of a surrogate pair at ${at}`);
}
