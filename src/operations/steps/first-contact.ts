import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import { readFormat, root as rootFormat } from '../../model/formats/index.js';
import { layout } from '../../model/index-layout.js';
import type { RegistryId } from '../../model/names.js';
import { isFolder, isSystemError } from '../../primitives/fs/index.js';
import { registryIdOf } from '../../registry/index.js';
import { explainAuth } from './auth-hint.js';
import type { ConfiguredRegistry } from './configured-registries.js';
import type { Location } from './location.js';
import { openSource, openTransfer } from './sources.js';

/** What a place says it is, before anybody has said that it may be believed. */
export interface FirstContact {
  readonly id: RegistryId;
  /** The registry's name for itself: anybody can choose any. */
  readonly name: string;
}

const maxRootBytes = 64 * 1024;

/**
 * Reads the first root at a place, for a person to compare its id with what the owner says (check 0). Nothing is verified
 * and nothing is kept but the source's cache, under the id that was found.
 *
 * @throws OFFLINE, INDEX_NOT_FOUND, ROOT_INVALID, and what the network throws
 */
export async function readFirstContact(
  context: Context,
  registry: Pick<ConfiguredRegistry, 'alias' | 'internal' | 'credential' | 'boundUrl'>,
  location: Location,
): Promise<FirstContact> {
  if (context.offline) {
    throw new UdosError('OFFLINE', `Offline, and nothing is known of ${registry.alias} yet.`, {
      hint: 'Add it while online.',
    });
  }
  // The id decides where a source keeps its cache, and is not known before something was read.
  const probe = `contact-${randomBytes(8).toString('hex')}` as RegistryId;
  const transfer = openTransfer(context, { ...registry, locations: [location] });
  try {
    context.reporter.step(`Reading the registry ${registry.alias}`);
    const file = layout.root(1);
    const head = await explainAuth(
      context,
      openSource(context, probe, location, transfer).then((source) => source.head()),
      { ...registry, locations: [location] },
    );
    const bytes = (await head.read([file], maxRootBytes)).get(file);
    if (bytes === undefined) {
      throw new UdosError('INDEX_NOT_FOUND', `There is no registry here: ${file} is missing.`, {
        hint: 'Check the URL. An index is served from the branch `published`.',
      });
    }
    const { name } = readFormat(rootFormat, bytes, { what: file, code: 'ROOT_INVALID' });
    const id = registryIdOf(bytes);
    await keepCache(context, probe, id);
    return { id, name };
  } finally {
    await transfer.close();
    await rm(context.home.registry(probe).folder, { recursive: true, force: true });
  }
}

/** So that the sync that follows need not fetch everything again. What is in the way already is as good. */
async function keepCache(context: Context, probe: RegistryId, id: RegistryId): Promise<void> {
  const from = context.home.registry(probe).source;
  const to = context.home.registry(id).source;
  if (!(await isFolder(from)) || (await isFolder(to))) return;
  await mkdir(path.dirname(to), { recursive: true });
  await rename(from, to).catch((error: unknown) => {
    if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES', 'EBUSY')) throw error;
  });
}
