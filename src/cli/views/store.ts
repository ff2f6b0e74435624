import type { StoreCheckResult } from '../../operations/store-check.js';
import type { PrunedItem, StorePruneResult } from '../../operations/store-prune.js';
import type { Screen } from '../output.js';
import { plainLine } from '../plain-text.js';
import { table } from '../table.js';
import { counted } from './count.js';
import { sizeText } from './size.js';

/** What was hashed, what was bad, and what would have to be fetched again. */
export function storeCheckView({ dryRun, checked, bad, absent }: StoreCheckResult): string {
  const verb = dryRun ? 'Would remove' : 'Removed';
  const whole = `${counted(checked.artifacts, 'artifact')} (${sizeText(checked.bytes)}) and ${counted(checked.indexFiles, 'index file')}`;
  return [
    ...bad.map(({ file, problem }) => `${verb} ${plainLine(file)}: ${plainLine(problem)}.`),
    ...(bad.length === 0
      ? [`${whole} checked: all are what their names say.`]
      : [
          `${whole} checked, ${counted(bad.length, 'file')} bad.${dryRun ? ' Nothing was removed (--dry-run).' : ''}`,
        ]),
    ...(absent.length === 0
      ? []
      : [
          `${counted(absent.length, 'installed plugin')} without an artifact in the store; \`udos install --repair\` there fetches it again:`,
          ...absent.map(({ name, version, root }) => plainLine(`  ${name} ${version} in ${root}`)),
        ]),
  ].join('\n');
}

const words: Readonly<Record<PrunedItem['kind'], string>> = {
  artifact: 'artifact',
  receipts: 'receipts of a root that is gone',
  history: 'history of a root that is gone',
  'index-files': 'outdated index files',
  leftover: 'left by a killed command',
};

/** What nobody needs any more, and how much room that makes. */
export function storePruneView(result: StorePruneResult, screen: Screen): string {
  const { dryRun, removed, bytes, kept, unfinished, away } = result;
  const notes = unfinished.map(
    (folder) =>
      `! Artifacts stay while a command is unfinished (${plainLine(folder)}). Run \`udos install\` in that project, then prune again.`,
  );
  for (const root of away)
    notes.push(
      `! ${plainLine(root)} is not there now, and what it needs stays. If it is gone for good: \`udos store prune --forget-gone\`.`,
    );
  if (removed.length === 0) return ['Nothing to remove: all that is kept is needed.', ...notes].join('\n');
  const rows = removed.map(({ kind, where, files, bytes: size }) => [
    words[kind],
    `${files}`,
    sizeText(size),
    where,
  ]);
  return [
    table(screen, ['what', 'files', 'size', 'where'], rows),
    '',
    dryRun
      ? `${sizeText(bytes)} would be free. Nothing was removed (--dry-run).`
      : `${sizeText(bytes)} are free now; ${counted(kept, 'artifact')} kept.`,
    ...notes,
  ].join('\n');
}
