// Loaded by mocha before the tests: their worlds lie in memory where the system offers that, which saves a third of the time.
// TMPDIR, when it is set, says otherwise.
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';

const memory = '/dev/shm';
const enough = 2 * 1024 ** 3;

if (process.env.TMPDIR === undefined && freeBytes(memory) > enough) {
  const folder = mkdtempSync(`${memory}/udos-tests-`);
  process.env.TMPDIR = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}

function freeBytes(place) {
  try {
    const { bavail, bsize } = statfsSync(place);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
