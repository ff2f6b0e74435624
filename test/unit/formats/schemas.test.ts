import assert from 'node:assert/strict';
import { findDrift, generateSchemas } from '../../../scripts/schemas.js';

interface Schema {
  readonly $schema: string;
  readonly $id: string;
  readonly title: string;
  readonly description: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly additionalProperties: unknown;
  readonly patternProperties?: unknown;
}

describe('the JSON Schemas', () => {
  const schemas = new Map(
    [...generateSchemas()].map(([file, text]) => [
      file.replace('.schema.json', ''),
      JSON.parse(text) as Schema,
    ]),
  );

  it('in schemas/ are what `npm run schemas` writes', () => {
    assert.deepEqual(findDrift(), [], 'run `npm run schemas` and commit the result');
  });

  it('describe every file that people and programs write', () => {
    assert.deepEqual([...schemas.keys()].sort(), [
      ...['catalog-line', 'checkpoint', 'config', 'lockfile', 'manifest', 'plugin', 'project'],
      ...['publisher', 'registry', 'revocations', 'root'],
    ]);
  });

  it('say who they are, and refuse unknown fields', () => {
    for (const [name, schema] of schemas) {
      assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
      assert.equal(schema.$id, `urn:udos:schema:${name}:1`);
      assert.ok(schema.title.length > 0 && schema.description.endsWith('.'));
      assert.equal(schema.additionalProperties, false);
    }
  });

  it("let only a manifest have fields of its author's own", () => {
    for (const [name, { patternProperties }] of schemas)
      assert.deepEqual(patternProperties, name === 'manifest' ? { '^x-': {} } : undefined);
  });

  it('do not ask for fields that have a default', () => {
    assert.deepEqual(schemas.get('manifest')?.required, [
      ...['name', 'version', 'description', 'license', 'category', 'main', 'runtime'],
    ]);
    assert.equal(schemas.get('project')?.required, undefined);
  });
});
