import type { PluginCheckResult } from '../../operations/plugin-check.js';
import { sizeText } from './size.js';

export function pluginCheckView(result: PluginCheckResult): string {
  return [
    `${result.name} ${result.version} can be published.`,
    `  ${result.files.length} files, ${sizeText(result.unpackedSize)}, ${sizeText(result.size)} packed`,
    `  ${result.integrity}`,
    ...result.advice.map((line) => `  advice: ${line}`),
  ].join('\n');
}
