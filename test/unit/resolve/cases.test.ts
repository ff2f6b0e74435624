import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { hasCode, UdosError } from '../../../src/errors/index.js';
import type { Resolution } from '../../../src/model/resolution.js';
import { resolve } from '../../../src/resolve/index.js';
import { aliasOf, inputOf, SketchedProvider, type WorldSketch } from './world.js';

/** Versions by name, with ` optional` behind those that are; or what the message, and the hint, must contain. */
type Expectation =
  Readonly<Record<string, string>> | { readonly unsatisfiable: readonly string[]; readonly hint?: string };

interface Case extends WorldSketch {
  readonly intent: string;
  readonly expect: Expectation;
}

const folder = new URL('../../../fixtures/resolver/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));

describe('the resolver cases', () => {
  it('are there', () => assert.ok(files.length >= 25, `found only ${files.length} cases`));

  for (const file of files) {
    const example = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Case;
    it(`${file}: ${example.intent}`, async () => {
      const solving = resolve(inputOf(example, new SketchedProvider(example.registries)));
      const expected = example.expect;
      if (!isRefusal(expected)) {
        assert.deepEqual(summaryOf(await solving), expected);
        return;
      }
      const error = await solving.then(
        (resolution) => assert.fail(`solved as ${JSON.stringify(summaryOf(resolution))}`),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof UdosError && hasCode(error, 'UNSATISFIABLE'), String(error));
      for (const part of expected.unsatisfiable) {
        assert.ok(error.message.includes(part), `${JSON.stringify(part)} is not in:\n${error.message}`);
      }
      assert.ok(error.hint?.includes(expected.hint ?? ''), error.hint);
    });
  }
});

function isRefusal(expected: Expectation): expected is Extract<Expectation, { unsatisfiable: unknown }> {
  return Array.isArray(expected.unsatisfiable);
}

function summaryOf(resolution: Resolution): Record<string, string> {
  return Object.fromEntries(
    [...resolution.values()].map(({ registry, name, version, optional }) => {
      const alias = aliasOf(registry);
      return [alias === 'main' ? name : `${alias}:${name}`, optional ? `${version} optional` : version];
    }),
  );
}
