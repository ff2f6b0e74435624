// Compiles commands/ and src/ into dist/ and writes the oclif manifest, so that no command file is loaded to find one.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const here = path.resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
/** Quiet unless it fails: the manifest tool also advertises its own updates. */
function run(script, ...args) {
  const result = spawnSync(process.execPath, [require.resolve(script), ...args], {
    cwd: here,
    encoding: 'utf8',
  });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout}${result.stderr}`);
  process.exit(1);
}

rmSync(path.join(here, 'dist'), { recursive: true, force: true });
run('typescript/bin/tsc', '-p', 'tsconfig.build.json');
run('oclif/bin/run.js', 'manifest');
