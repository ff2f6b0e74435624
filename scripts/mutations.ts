/**
 * Switches off every check of the client, one at a time, in a copy of this checkout, and runs the unit tests and the attack
 * stories that stand for the check. Of both one at least must fail, or the check could be lost unnoticed; with nothing switched
 * off none may, as a test that always fails notices everything. Prints a table.
 *
 * `npm run test:mutations -- 7 consent` does so for check 7 and for consent only, `-- 7:witness` for the rows of check 7 that
 * have this word. It takes about half a minute a row.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { transformSync } from 'esbuild';
import { mutations } from '../test/mutations/checks.js';
import type { Mutation } from '../test/mutations/mutation.js';
import { proofOf } from '../test/mutations/proofs.js';

const here = path.resolve(import.meta.dirname, '..');
const wanted = process.argv.slice(2).map((word) => word.split(':'));
const rows = mutations.filter(
  ({ check, without }) =>
    wanted.length === 0 ||
    wanted.some(([name, word = '']) => name === String(check) && without.includes(word)),
);
const copy = copyOfCheckout();
/** What the tests say with nothing switched off, by their files. */
const controls = new Map<string, string | undefined>();
let bad = 0;
try {
  node(copy, 'scripts/build.js');
  process.stdout.write('| check | without it that … | its tests | its attack stories |\n|---|---|---|---|\n');
  for (const mutation of rows) {
    const { unit, stories } = filesOf(mutation);
    let cells: readonly (string | undefined)[] = [controlled(copy, unit), controlled(copy, stories)];
    if (cells.every((cell) => cell === undefined)) cells = tryOut(copy, mutation);
    if (cells.some((cell) => cell?.startsWith('**') === true)) bad += 1;
    const shown = cells.map((cell) => cell ?? 'not run');
    process.stdout.write(`| ${[mutation.check, mutation.without, ...shown].join(' | ')} |\n`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
process.stdout.write(
  `\n${rows.length} switched off, ${rows.length - bad} noticed by all that stand for them.\n`,
);
process.exitCode = bad === 0 ? 0 : 1;

function filesOf(mutation: Mutation): {
  readonly unit: readonly string[];
  readonly stories: readonly string[];
} {
  const { unit, stories } = proofOf(mutation);
  return {
    unit: unit.map((name) => `test/unit/${name}.test.ts`),
    stories: stories.map((id) => `test/attacks/${id}-*.test.ts`),
  };
}

/** Undefined when these tests pass with nothing switched off, else what to show in the row. */
function controlled(folder: string, files: readonly string[]): string | undefined {
  const key = files.join();
  if (!controls.has(key)) controls.set(key, files.length === 0 ? undefined : firstFailure(folder, files));
  const failure = controls.get(key);
  return failure === undefined ? undefined : `**fails always**: ${failure}`;
}

function copyOfCheckout(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'udos-mutations-'));
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: here,
    encoding: 'utf8',
  });
  for (const file of files.split('\0').filter(Boolean))
    cpSync(path.join(here, file), path.join(folder, file), { recursive: true });
  symlinkSync(path.join(here, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

/** The titles of the first test and of the first story that fail. */
function tryOut(folder: string, mutation: Mutation): readonly [string, string] {
  const { file, from, to } = mutation;
  const place = path.join(folder, file);
  const source = readFileSync(place, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${file} does not have exactly once: ${from}`);
  const { unit, stories } = filesOf(mutation);
  writeFileSync(
    place,
    source.replace(from, () => to),
  );
  compile(folder, file);
  const noticed = (files: readonly string[]) =>
    files.length === 0 ? '–' : (firstFailure(folder, files) ?? '**nothing**');
  try {
    return [noticed(unit), noticed(stories)];
  } finally {
    writeFileSync(place, source);
    compile(folder, file);
  }
}

/** Replaces one file of the built program. Types do not count here: what is switched off may leave a name unused. */
function compile(folder: string, file: string): void {
  const built = path.join(folder, 'dist', file.replace(/\.ts$/, '.js'));
  const { code } = transformSync(readFileSync(path.join(folder, file), 'utf8'), { loader: 'ts' });
  writeFileSync(built, code);
}

function node(folder: string, ...args: readonly string[]) {
  return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
}

function firstFailure(folder: string, files: readonly string[]): string | undefined {
  const run = node(folder, 'node_modules/mocha/bin/mocha.js', '--bail', '--reporter', 'json', ...files);
  const json = run.stdout.slice(run.stdout.indexOf('{\n  "stats"'));
  const report = JSON.parse(json) as { stats: { passes: number }; failures: { fullTitle: string }[] };
  const [failure] = report.failures;
  if (failure === undefined && report.stats.passes === 0) throw new Error(`No test ran: ${run.stderr}`);
  return failure?.fullTitle;
}
