/**
 * Switches off every check of the client, one at a time, in a copy of this checkout, and runs the tests of the checks and
 * the attack stories there. Each must fail, or the check could be lost unnoticed. Prints a table.
 *
 * `npm run test:mutations -- 7 12` does so for checks 7 and 12 only. It takes about a minute a row.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mutations, type Mutation } from '../test/mutations/checks.js';

const here = path.resolve(import.meta.dirname, '..');
const suites = {
  unit: ['test/unit/{registry,http,archive,store}/**/*.test.ts'],
  attacks: ['test/attacks/**/*.test.ts'],
} as const;

const wanted = process.argv.slice(2).map(Number);
const rows = mutations.filter(({ check }) => wanted.length === 0 || wanted.includes(check));
const copy = copyOfCheckout();
let unnoticed = 0;
try {
  process.stdout.write(
    '| check | without it that … | the tests of the checks | the attack stories |\n|---|---|---|---|\n',
  );
  for (const mutation of rows) {
    const noticed = tryOut(copy, mutation);
    if (noticed.unit === undefined && noticed.attacks === undefined) unnoticed += 1;
    const cells = [
      mutation.check,
      mutation.without,
      noticed.unit ?? '**nothing**',
      noticed.attacks ?? '**nothing**',
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

function tryOut(
  folder: string,
  { file, from, to }: Mutation,
): Record<keyof typeof suites, string | undefined> {
  const place = path.join(folder, file);
  const source = readFileSync(place, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${file} does not have exactly once: ${from}`);
  writeFileSync(
    place,
    source.replace(from, () => to),
  );
  try {
    // A mutated source may leave a name unused, which only the lint of a type check minds.
    spawnSync(
      process.execPath,
      ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noUnusedLocals', 'false'],
      { cwd: folder, stdio: 'ignore' },
    );
    spawnSync(process.execPath, ['node_modules/oclif/bin/run.js', 'manifest'], {
      cwd: folder,
      stdio: 'ignore',
    });
    return { unit: firstFailure(folder, suites.unit), attacks: firstFailure(folder, suites.attacks) };
  } finally {
    writeFileSync(place, source);
  }
}

/** The title of the test that fails first; undefined when all pass. */
function firstFailure(folder: string, files: readonly string[]): string | undefined {
  const run = spawnSync(
    process.execPath,
    ['node_modules/mocha/bin/mocha.js', '--bail', '--reporter', 'json', ...files],
    { cwd: folder, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  const json = run.stdout.slice(run.stdout.indexOf('{\n  "stats"'));
  const report = JSON.parse(json) as { stats: { passes: number }; failures: { fullTitle: string }[] };
  const [failure] = report.failures;
  if (failure === undefined && report.stats.passes === 0) throw new Error(`No test ran: ${run.stderr}`);
  return failure?.fullTitle;
}
