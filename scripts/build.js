// Compiles commands/ and src/ into dist/ and writes the oclif manifest, so that no command file is loaded to find one.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const here = path.resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const run = (script, ...args) =>
  execFileSync(process.execPath, [require.resolve(script), ...args], {
    cwd: here,
    stdio: ['ignore', 'ignore', 'inherit'],
  });

rmSync(path.join(here, 'dist'), { recursive: true, force: true });
run('typescript/bin/tsc', '-p', 'tsconfig.build.json');
run('oclif/bin/run.js', 'manifest');
