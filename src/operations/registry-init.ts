import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import {
  formatTime,
  registryFile as registryFormat,
  type RegistryFile,
  type Root,
} from '../model/formats/index.js';
import { layout, sidecarOf, trustedComment } from '../model/index-layout.js';
import { parsePublisher, type RegistryId } from '../model/names.js';
import { fileError, isSystemError } from '../primitives/fs/index.js';
import { initRepository } from '../primitives/git/index.js';
import { formatJson } from '../primitives/json/index.js';
import { emptyTree, registryIdOf, type Signer } from '../registry/index.js';
import { firstPublisher, signedDocument } from './steps/author-index.js';
import { checkpointDays, prepareWorkspaceCheckpoint, rememberCheckpoint } from './steps/checkpoint-index.js';
import { commitFirst } from './steps/index-workspace.js';
import { generateKey, listKeys, openSigner } from './steps/keys.js';
import { requireTyped } from './steps/typed-text.js';

export interface RegistryInitOptions {
  readonly folder: string;
  readonly name: string | undefined;
  readonly description: string | undefined;
  /** A namespace of your own, ready to publish in. */
  readonly publisher: string | undefined;
  readonly key: string | undefined;
  /** How long the first root lasts. */
  readonly rootDays: number;
}

export interface RegistryInitResult {
  readonly folder: string;
  readonly id: RegistryId;
  readonly name: string;
  readonly key: string;
  readonly publisher: string | null;
  readonly rootExpires: string;
  readonly checkpointExpires: string;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Makes a registry that one person can run: one key in every role, a first checkpoint, and, when named, a publisher.
 * The folder becomes a git repository with the branches `main` and `published`, ready to be pushed anywhere.
 *
 * Without any key, one is made and called `default`.
 *
 * @throws FILE_INVALID when the folder holds something; USAGE, NAME_INVALID, KEY_NOT_FOUND, PASSWORD_REQUIRED. Nothing is
 *   written then.
 */
export async function initRegistry(
  context: Context,
  options: RegistryInitOptions,
): Promise<RegistryInitResult> {
  const folder = path.resolve(context.cwd, options.folder);
  const publisher = options.publisher === undefined ? undefined : parsePublisher(options.publisher);
  const name = options.name ?? path.basename(folder);
  requireTyped('--name', name, registryFormat.shape.name);
  if (options.description !== undefined)
    requireTyped('--description', options.description, registryFormat.shape.description);
  await refuseFullFolder(folder);
  const signer = await signerForInit(context, options.key);
  const now = context.clock.now().getTime();

  const root = firstRoot(name, signer, formatTime(new Date(now + options.rootDays * dayMs)));
  const rootBytes = Buffer.from(formatJson(root), 'utf8');
  const id = registryIdOf(rootBytes);
  const rootPath = layout.root(1);
  const comment = trustedComment.file('root@1', id, rootPath, 1);
  const files = new Map<string, Uint8Array | null>([
    ['.gitattributes', Buffer.from('* -text\n')],
    ['README.md', Buffer.from(readme(name, id), 'utf8')],
    [layout.registryFile, Buffer.from(formatJson(registryFile(name, options.description)), 'utf8')],
    [rootPath, rootBytes],
    [sidecarOf(rootPath, signer.fingerprint), Buffer.from(signer.sign(rootBytes, comment), 'utf8')],
  ]);
  if (publisher !== undefined) {
    const first = firstPublisher(
      id,
      publisher,
      { [signer.fingerprint]: signer.encoded },
      { displayName: publisher },
    );
    for (const [file, bytes] of signedDocument(id, first.path, first.document, [signer], emptyTree))
      files.set(file, bytes);
  }

  const repo = await initRepository({ folder, bare: false });
  const workspace = await commitFirst(context, repo, folder, files, `Begin the registry ${name}`);
  const prepared = await prepareWorkspaceCheckpoint(
    context,
    workspace,
    new Map(),
    [signer],
    checkpointDays.onePerson,
  );
  const failed = prepared.keptBack[0];
  if (failed !== undefined) throw failed.error;
  await workspace.publish(prepared.changes, 'Checkpoint 1');
  await rememberCheckpoint(context, workspace, prepared);
  return {
    folder,
    id,
    name,
    key: signer.fingerprint,
    publisher: publisher ?? null,
    rootExpires: root.expires,
    checkpointExpires: prepared.checkpoint.expires,
  };
}

async function signerForInit(context: Context, key: string | undefined): Promise<Signer> {
  if (key === undefined && (await listKeys(context)).length === 0) {
    context.reporter.step('Making a key of yours');
    await generateKey(context, { name: 'default', noPassword: false });
  }
  return openSigner(context, key);
}

function firstRoot(name: string, signer: Signer, expires: Root['expires']): Root {
  const role = () => ({ keys: [signer.fingerprint], threshold: 1 });
  return {
    type: 'udos/root@1',
    version: 1,
    previous: null,
    name,
    expires,
    keys: { [signer.fingerprint]: signer.encoded },
    roles: { root: role(), curator: role(), checkpoint: role() },
    upstreams: {},
  };
}

function registryFile(name: string, description: string | undefined): RegistryFile {
  return { format: 1, name, description: description ?? `The uDOS plugin registry ${name}.` };
}

function readme(name: string, id: RegistryId): string {
  return `# ${name}

A registry of uDOS plugins. Its id is

    ${id}

Users add it with the URL of this repository:

    udos registry add ${/^[a-z][a-z0-9-]{1,63}$/.test(name) ? name : 'ALIAS'} URL --id ${id}

Contributions go to the branch \`main\`. Clients read the branch \`published\`, which \`udos registry checkpoint\` writes:
push both.
`;
}

async function refuseFullFolder(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return [];
    if (isSystemError(error, 'ENOTDIR')) return [folder];
    throw fileError('read', folder, error);
  });
  if (entries.length === 0) return;
  throw new UdosError('FILE_INVALID', `${folder} is not an empty folder.`, {
    hint: 'Name a folder that is not there yet: `udos registry init my-registry`.',
    data: { folder },
  });
}
