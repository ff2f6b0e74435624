import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { formatJson } from '../src/primitives/json/index.js';
import { JsonSchemaWriter, type JsonSchema } from './json-schema-writer.js';

/**
 * Writes `schemas/output/`: a JSON Schema (draft 2020-12) of what each command prints under `--json`, from the type that its
 * class names in `extends BaseCommand<…>`, and of the document that stands there when a command fails. With `--check` it
 * writes nothing and exits 1 when `schemas/output/` is not what it would write.
 */

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = path.join(root, 'schemas', 'output');
const commandsFolder = path.join(root, 'commands');
const errorFile = path.join(root, 'src', 'cli', 'error-view.ts');

/** The text of every file of `schemas/output/`, by file name. */
export function generateOutputSchemas(): ReadonlyMap<string, string> {
  const commands = readdirSync(commandsFolder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort();
  const program = programOf([...commands.map((file) => path.join(commandsFolder, file)), errorFile]);
  const writer = new JsonSchemaWriter(program.getTypeChecker());
  const schemas = new Map<string, string>();
  for (const file of commands) {
    const words = file.replace(/\.ts$/, '').split(path.sep);
    const result = resultOf(sourceOf(program, path.join(commandsFolder, file)));
    const named = { title: `udos ${words.join(' ')} --json`, description: 'What the command prints.' };
    add(words.join('-'), named, writer.fromTypeNode(result, words.join(' ')));
  }
  const error = interfaceOf(sourceOf(program, errorFile), 'ErrorDocument');
  const named = { title: 'An error', description: 'What any command prints under --json when it fails.' };
  add('error', named, writer.fromTypeNode(error, 'error'));
  return schemas;

  function add(name: string, named: { title: string; description: string }, schema: JsonSchema): void {
    const $schema = 'https://json-schema.org/draft/2020-12/schema';
    const document = { $schema, $id: `urn:udos:schema:output:${name}:1`, ...named, ...schema };
    schemas.set(`${name}.schema.json`, formatJson(document));
  }
}

/** Names of files in `schemas/output/` that are missing, different, or belong to no command. */
export function findOutputDrift(): string[] {
  const expected = generateOutputSchemas();
  const present = readdirSync(folder);
  const drifted = [...expected].filter(
    ([name, text]) => !present.includes(name) || readFileSync(path.join(folder, name), 'utf8') !== text,
  );
  return [...drifted.map(([name]) => name), ...present.filter((name) => !expected.has(name))].sort();
}

function programOf(files: readonly string[]): ts.Program {
  const parsed = ts.getParsedCommandLineOfConfigFile(
    path.join(root, 'tsconfig.json'),
    { types: ['node'] },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  );
  if (parsed === undefined) throw new Error('tsconfig.json cannot be read');
  return ts.createProgram(files, parsed.options);
}

function sourceOf(program: ts.Program, file: string): ts.SourceFile {
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`${file} cannot be read`);
  return source;
}

/** `T` of the file's `class … extends BaseCommand<T>`. */
function resultOf(source: ts.SourceFile): ts.Node {
  for (const statement of source.statements) {
    if (!ts.isClassDeclaration(statement)) continue;
    const result = statement.heritageClauses?.[0]?.types[0]?.typeArguments?.[0];
    if (result !== undefined) return result;
  }
  throw new Error(`${source.fileName} has no class that says what its command gives`);
}

function interfaceOf(source: ts.SourceFile, name: string): ts.Node {
  const found = source.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name);
  if (found === undefined) throw new Error(`${source.fileName} has no interface ${name}`);
  return found;
}

function main(args: readonly string[]): void {
  if (!args.includes('--check')) {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of generateOutputSchemas()) writeFileSync(path.join(folder, name), text);
    return;
  }
  const drifted = findOutputDrift();
  if (drifted.length === 0) return;
  console.error(`schemas/output/ is not what the commands give: ${drifted.join(', ')}.`);
  console.error('Run `npm run schemas` and commit the result; remove files that belong to no command.');
  process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
