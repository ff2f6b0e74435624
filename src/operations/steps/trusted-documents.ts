import type { Context } from '../../context/index.js';
import type { PluginDocument } from '../../model/formats/index.js';
import { layout } from '../../model/index-layout.js';
import { publisherOf, type PluginName } from '../../model/names.js';
import { judgeTree, onlyNamespace, rememberPublished } from '../../registry/index.js';
import type { IndexWorkspace } from './index-workspace.js';
import { judgeRelease } from './judge-release.js';

/**
 * The document of a plugin that its author is about to extend and sign again: as main has it, after every check of a
 * client. Whoever can write to main could otherwise have an author sign what they put there.
 *
 * @returns undefined when the plugin is new.
 * @throws what a client would say of the document or its publisher
 */
export async function readTrustedDocument(
  context: Context,
  workspace: IndexWorkspace,
  plugin: PluginName,
): Promise<PluginDocument | undefined> {
  const { registry, main, published } = workspace;
  const judgement = await judgeTree({
    registry,
    tree: onlyNamespace(main, publisherOf(plugin)),
    published,
    store: await rememberPublished(registry, published),
    now: context.clock.now().getTime(),
    judgeRelease,
  });
  const concerned = new Set<string>([layout.document(plugin), layout.publisherFolder(publisherOf(plugin))]);
  const problem = judgement.problems.find(({ path }) => concerned.has(path));
  if (problem !== undefined) throw problem.error;
  return judgement.documents.get(plugin);
}
