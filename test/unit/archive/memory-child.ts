import { generated } from '../../../fixtures/archives/generated.js';
import { hasCode } from '../../../src/errors/index.js';
import { inspectArchive } from '../../../src/primitives/archive/index.js';

/** Inspects every generated archive and prints what came of it, and the memory that it took at its highest. */
const before = process.memoryUsage.rss();
const outcomes: Record<string, unknown> = {};
for (const { name, make, record } of generated) {
  const bomb = make();
  const isManifest = (path: string) => path === 'udos-plugin.json';
  try {
    await inspectArchive(bomb, { ...record, size: bomb.size }, { capture: isManifest });
    outcomes[name] = 'accepted';
  } catch (error) {
    if (!hasCode(error, 'ARCHIVE_UNSAFE')) throw error;
    outcomes[name] = { rule: error.data.reason, entry: error.data.entry };
  }
}
const peak = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ before, peak, outcomes }));
