import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { z } from 'zod';
import * as formats from '../src/model/formats/index.js';
import { formatJson } from '../src/primitives/json/index.js';

/**
 * Writes `schemas/`: a JSON Schema (draft 2020-12) of every file format, from the schemas that the readers use. With
 * `--check` it writes nothing and exits 1 when `schemas/` is not what it would write.
 *
 * A schema describes a file as it may be written, so fields with a default are optional. What a schema cannot say
 * (thresholds, calendars, cross references) is refused by the readers alone.
 */

interface Described {
  readonly schema: z.ZodType;
  readonly title: string;
  readonly description: string;
  /** As the reader's option of that name: fields that begin with `x-` are the author's own. */
  readonly allowOwnFields?: true;
}

const described: Readonly<Record<string, Described>> = {
  registry: {
    schema: formats.registryFile,
    title: 'registry.json',
    description: 'How a registry introduces itself. Covered by the checkpoint.',
  },
  root: {
    schema: formats.root,
    title: 'trust/root/<n>.json',
    description:
      'The keys of a registry, what each may sign, and until when. Signed by the root role of n-1 and of n.',
  },
  checkpoint: {
    schema: formats.checkpoint,
    title: 'trust/checkpoint.json',
    description:
      'The signed head of an index. Signed by the checkpoint role, and by witnesses where there are any.',
  },
  publisher: {
    schema: formats.publisherDocument,
    title: 'plugins/<xx>/<publisher>/publisher/<n>.json',
    description: 'A version of a publisher: who owns the namespace and whose signature releases need.',
  },
  plugin: {
    schema: formats.pluginDocument,
    title: 'plugins/<xx>/<publisher>/<name>.json',
    description: 'A plugin document: a plugin and its releases. Signed by the release role of its publisher.',
  },
  revocations: {
    schema: formats.revocations,
    title: 'trust/revocations.json',
    description:
      'Keys that vouch for nothing any more and releases that must not be installed. Signed by the curator role.',
  },
  'catalog-line': {
    schema: formats.catalogLine,
    title: 'A line of catalog/<xx>.jsonl',
    description: 'What search needs of one plugin. Covered by the checkpoint.',
  },
  manifest: {
    schema: formats.manifest,
    title: 'udos-plugin.json',
    description: 'The manifest: what a plugin says of itself, inside its artifact.',
    allowOwnFields: true,
  },
  project: {
    schema: formats.project,
    title: 'udos.json',
    description: 'Which plugins a project wants, and where from.',
  },
  config: {
    schema: formats.config,
    title: 'config.json in UDOS_HOME',
    description: "A user's own registries, and what the user allows of each.",
  },
  lockfile: {
    schema: formats.lockfile,
    title: 'udos-lock.json',
    description: 'Exactly which releases a project has. Written by udos; commit it.',
  },
};

const folder = fileURLToPath(new URL('../schemas/', import.meta.url));

/** The text of every file of `schemas/`, by file name. */
export function generateSchemas(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(described).map(([name, format]) => [
      `${name}.schema.json`,
      formatJson(schemaOf(name, format)),
    ]),
  );
}

function schemaOf(name: string, { schema, title, description, allowOwnFields }: Described): unknown {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' });
  const ownFields = allowOwnFields === undefined ? {} : { patternProperties: { '^x-': {} } };
  return { $schema, $id: `urn:udos:schema:${name}:1`, title, description, ...rest, ...ownFields };
}

/** Names of files in `schemas/` that are missing, different, or belong to no format. */
export function findDrift(): string[] {
  const expected = generateSchemas();
  const present = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const drifted = [...expected].filter(
    ([name, text]) => !present.includes(name) || readFileSync(path.join(folder, name), 'utf8') !== text,
  );
  return [...drifted.map(([name]) => name), ...present.filter((name) => !expected.has(name))].sort();
}

function main(args: readonly string[]): void {
  if (!args.includes('--check')) {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of generateSchemas()) writeFileSync(path.join(folder, name), text);
    return;
  }
  const drifted = findDrift();
  if (drifted.length === 0) return;
  console.error(`schemas/ is not what src/model/formats says: ${drifted.join(', ')}.`);
  console.error('Run `npm run schemas` and commit the result; remove files that belong to no format.');
  process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
