/**
 * What a first `udos add` costs over a git server, by the size of the index: `npm run bench -- 1000 10000`.
 *
 * A program with five dependencies of five publishers, an empty home, every check on. Bytes and requests are those of the
 * index and of the six artifacts that lie in it.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { git } from '../kit/git-cli.js';
import { startGitServer } from '../kit/git-server.js';
import { buildIndexWorld } from './index-world.js';

const run = promisify(execFile);
const binary = path.resolve(import.meta.dirname, '..', '..', 'bin', 'run.js');
const rounds = 5;
const sizes = process.argv.slice(2).map(Number);

for (const size of sizes.length === 0 ? [1_000] : sizes) {
  const base = mkdtempSync(path.join(tmpdir(), 'udos-bench-'));
  try {
    const world = await buildIndexWorld(path.join(base, 'served'), size);
    git(world.repository, 'repack', '-adq');
    const server = await startGitServer(path.join(base, 'served'));
    const [node, udos]: [number[], number[]] = [[], []];
    let [bytes, requests] = [0, 0];
    for (let round = 0; round < rounds; round += 1) {
      const cwd = path.join(base, `project ${round}`);
      mkdirSync(cwd);
      const env = { PATH: process.env.PATH, HOME: base, UDOS_HOME: path.join(base, `home ${round}`) };
      const time = async (...args: string[]) => {
        const before = performance.now();
        await run(process.execPath, args, { cwd, env });
        return performance.now() - before;
      };
      await time(binary, 'init');
      await time(binary, 'registry', 'add', 'bench', `${server.url}/index.git`, '--id', world.id);
      [requests] = [server.requests.length];
      server.takeSentBytes();
      udos.push(await time(binary, 'add', world.program));
      bytes = server.takeSentBytes();
      requests = server.requests.length - requests;
      node.push(await time('-e', '0'));
    }
    await server.close();
    process.stdout.write(
      `${size} plugins: ${bytes} bytes, ${requests} requests, ${(median(udos) / median(node)).toFixed(1)} x \`node -e 0\`\n`,
    );
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;
}
