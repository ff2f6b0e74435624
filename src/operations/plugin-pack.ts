import path from 'node:path';
import type { Context } from '../context/index.js';
import { writeFileAtomic } from '../primitives/fs/index.js';
import { checkPlugin, type PluginCheckResult } from './plugin-check.js';

export interface PluginPackResult extends PluginCheckResult {
  readonly artifact: string;
}

/** Writes the artifact that `publish` would publish, into the current folder or to `output`. */
export async function packPluginFile(
  context: Context,
  folder: string,
  output: string | undefined,
): Promise<PluginPackResult> {
  const plugin = await checkPlugin(context, folder);
  const name = `${plugin.manifest.name.replace('/', '-')}-${plugin.manifest.version}.tgz`;
  const artifact = path.resolve(context.cwd, output ?? name);
  await writeFileAtomic(artifact, plugin.artifact);
  return { ...plugin.result, artifact };
}
