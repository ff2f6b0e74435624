import assert from 'node:assert/strict';
import fc from 'fast-check';
import { inputsFor } from './inputs.js';
import { isExpected, type Parser } from './parser.js';
import { parsers } from './parsers.js';

/** `npm run test:fuzz` sets more. */
const runs = Number(process.env.UDOS_FUZZ_RUNS ?? 250);

describe(`${parsers.length} parsers, ${runs} inputs each, ${parsers.length * runs} in all`, () => {
  for (const parser of parsers) {
    const { name, codes } = parser;
    const refusal = codes.length === 0 ? 'answers' : `accepts or refuses with ${codes.join(' or ')}`;

    it(`${name}: accepts its examples`, async () => {
      for (const example of parser.examples) await roundTrip(parser, example, await parser.parse(example));
    });

    it(`${name}: ${refusal}, and what it accepts comes back the same`, async () => {
      await fc.assert(
        fc.asyncProperty(inputsFor(parser, parsers), async (bytes) => {
          let value: unknown;
          try {
            value = await parser.parse(bytes);
          } catch (error) {
            assert.ok(isExpected(parser, error), error instanceof Error ? error.stack : String(error));
            return;
          }
          refuseForeignPrototypes(value);
          await roundTrip(parser, bytes, value);
        }),
        { numRuns: runs },
      );
      assert.equal(({} as Record<string, unknown>).polluted, undefined);
    });
  }
});

async function roundTrip(parser: Parser, bytes: Uint8Array, value: unknown): Promise<void> {
  if (parser.encode === undefined) return;
  const encoded = Buffer.from(await parser.encode(value as never, bytes));
  if (parser.again !== true) assert.deepEqual(encoded, Buffer.from(bytes));
  else assert.deepEqual(await parser.parse(encoded), value);
}

/** Own keys only: nothing that was read may bring a prototype along. */
function refuseForeignPrototypes(value: unknown): void {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array || value instanceof Map)
    return;
  const prototype: unknown = Object.getPrototypeOf(value);
  assert.ok(prototype === null || prototype === Object.prototype || prototype === Array.prototype);
  for (const key of ['__proto__', 'constructor', 'prototype']) assert.ok(!Object.hasOwn(value, key), key);
  for (const inner of Object.values(value)) refuseForeignPrototypes(inner);
}
