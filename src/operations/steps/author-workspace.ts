import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import type { Alias } from '../../model/names.js';
import { withLock } from '../../primitives/fs/index.js';
import { rememberPublishedTree } from './checkpoint-index.js';
import { readConfig } from './config.js';
import { explainAuth } from './auth-hint.js';
import { configuredRegistries } from './configured-registries.js';
import { locationText } from './location-text.js';
import { openHostedWorkspace } from './hosted-workspace.js';
import type { IndexWorkspace } from './index-workspace.js';
import { findProjectIfAny, readProject } from './project.js';
import { requireAlias } from './registries.js';
import { openTransfer } from './sources.js';

/**
 * Runs `work` on a fresh copy of a registry that an author may write to: the one that is named, or the only one at hand.
 *
 * @throws NO_REGISTRY, REGISTRY_UNKNOWN, REGISTRY_AMBIGUOUS, REGISTRY_ID_MISMATCH, and what the network throws
 */
export async function withAuthorWorkspace<T>(
  context: Context,
  alias: Alias | undefined,
  work: (workspace: IndexWorkspace) => Promise<T>,
): Promise<T> {
  const paths = await findProjectIfAny(context);
  const project = paths && { paths, project: await readProject(paths) };
  const candidates = requireAlias(configuredRegistries(context, await readConfig(context), project), alias);
  const [registry] = candidates;
  if (registry === undefined || candidates.length > 1) {
    const aliases = candidates.map((one) => one.alias);
    throw new UdosError('REGISTRY_AMBIGUOUS', `There are several registries: ${aliases.join(', ')}.`, {
      hint: `Say which with --registry: \`--registry ${aliases[0] ?? 'ALIAS'}\`.`,
      data: { registries: aliases },
    });
  }
  if (!registry.isBound) {
    const place = registry.locations[0] === undefined ? '' : locationText(registry.locations[0]);
    throw new UdosError(
      'REGISTRY_UNCONFIRMED',
      `You have not said yourself that ${registry.alias} is at ${place}.`,
      {
        hint: `A project may name any place. To sign and push there, run \`udos registry add ${registry.alias} ${place} --id ${registry.id}\` first.`,
        data: { registry: registry.id, place },
      },
    );
  }
  return withLock(`${context.home.registry(registry.id).workspace}.lock`, async () => {
    const transfer = openTransfer(context, registry);
    try {
      context.reporter.step(`Reading the registry ${registry.alias}`);
      const workspace = await explainAuth(
        context,
        openHostedWorkspace(context, registry, transfer, (published) =>
          rememberPublishedTree(context, { registry: registry.id, location: registry.alias }, published),
        ),
        registry,
      );
      if (workspace.registry !== registry.id) {
        throw new UdosError(
          'REGISTRY_ID_MISMATCH',
          `${workspace.location} is another registry: expected ${registry.id}, found ${workspace.registry}.`,
          {
            hint: 'Check its URL with `udos registry show`.',
            data: { expected: registry.id, found: workspace.registry },
          },
        );
      }
      return await explainAuth(context, work(workspace), registry);
    } finally {
      await transfer.close();
    }
  });
}
