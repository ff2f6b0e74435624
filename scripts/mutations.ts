/**
 * Switches off every check of the client, one at a time, in a copy of this checkout, and runs the unit tests and the attack
 * stories that stand for the check. One at least must fail, or the check could be lost unnoticed. Prints a table.
 *
 * `npm run test:mutations -- 7 12` does so for checks 7 and 12 only. It takes about half a minute a row.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { transformSync } from 'esbuild';
import { mutations, proofs, type Mutation } from '../test/mutations/checks.js';

const here = path.resolve(import.meta.dirname, '..');
const wanted = process.argv.slice(2).map(Number);
const rows = mutations.filter(({ check }) => wanted.length === 0 || wanted.includes(check));
const copy = copyOfCheckout();
let unnoticed = 0;
try {
  node(copy, 'scripts/build.js');
  process.stdout.write('| check | without it that … | its tests | its attack stories |\n|---|---|---|---|\n');
  for (const mutation of rows) {
    const noticed = tryOut(copy, mutation);
    if (noticed.unit === undefined && noticed.stories === undefined) unnoticed += 1;
    const cells = [
      mutation.check,
      mutation.without,
      noticed.unit ?? '**nothing**',
      noticed.stories ?? '**nothing**',
    ];
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
process.stdout.write(`\n${rows.length} switched off, ${rows.length - unnoticed} noticed.\n`);
process.exitCode = unnoticed === 0 ? 0 : 1;

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

/** The titles of the first test and of the first story that fail; undefined where none does. */
function tryOut(folder: string, { check, file, from, to }: Mutation) {
  const place = path.join(folder, file);
  const source = readFileSync(place, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${file} does not have exactly once: ${from}`);
  const proof = proofs[check];
  if (proof === undefined) throw new Error(`Nothing stands for check ${check}.`);
  writeFileSync(
    place,
    source.replace(from, () => to),
  );
  compile(folder, file);
  try {
    return {
      unit: firstFailure(
        folder,
        proof.unit.map((name) => `test/unit/${name}.test.ts`),
      ),
      stories: firstFailure(
        folder,
        proof.stories.map((id) => `test/attacks/${id}-*.test.ts`),
      ),
    };
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
