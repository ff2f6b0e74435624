import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAlias, isPluginName, isPublisher, type Alias } from '../../../src/model/names.js';
import { formatSpec, parseSpec } from '../../../src/model/spec.js';
import type { Range } from '../../../src/model/version.js';

const publisher = fc.stringMatching(/^[a-z][a-z0-9-]{1,20}$/).filter(isPublisher);
const name = fc
  .tuple(publisher, fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/))
  .map((parts) => parts.join('/'))
  .filter(isPluginName);
const version = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((parts) => parts.join('.'));
const range = fc
  .tuple(fc.constantFrom('', '^', '~', '>=', '<'), version, fc.constantFrom('', ' || 9.x', ' <200'))
  .map((parts) => parts.join(''));

describe('specs', () => {
  it('are read back as they were written', () => {
    const spec = fc.record({
      registry: fc.option(publisher.filter(isAlias), { nil: undefined }),
      name,
      range: fc.option(range, { nil: undefined }),
    });
    fc.assert(
      fc.property(spec, (given) => {
        const whole = {
          registry: given.registry as Alias | undefined,
          name: given.name,
          range: given.range as Range | undefined,
        };
        assert.deepEqual(parseSpec(formatSpec(whole)), whole);
      }),
    );
  });

  it('name a plugin, and where asked a registry and a range', () => {
    assert.deepEqual(parseSpec('acme:ada/notes@^1.2'), {
      registry: 'acme',
      name: 'ada/notes',
      range: '^1.2',
    });
    assert.deepEqual(parseSpec('ada/notes'), { registry: undefined, name: 'ada/notes', range: undefined });
  });

  it('are refused when they name none', () => {
    for (const text of [
      '',
      'notes',
      'Ada/Notes',
      'ada/notes@',
      ':ada/notes',
      'a:b:c/d',
      '../x',
      'x'.repeat(600),
    ])
      assert.throws(() => parseSpec(text), { code: 'SPEC_INVALID' }, text);
    assert.throws(() => parseSpec('ada/notes@latest!'), { code: 'RANGE_INVALID' });
  });

  it('never fail in another way, whatever is typed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 700 })), (text) => {
        try {
          parseSpec(text);
        } catch (error) {
          assert.ok(
            ['SPEC_INVALID', 'RANGE_INVALID'].includes((error as { code: string }).code),
            String(error),
          );
        }
      }),
    );
  });
});
