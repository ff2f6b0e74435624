import path from 'node:path';
import { z } from 'zod';
import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import { layout, sidecarOf, trustedComment } from '../model/index-layout.js';
import { isIndexPath } from '../model/names.js';
import { isFolder, readFileIfAny, writeFileAtomic } from '../primitives/fs/index.js';
import { parseStrictJson } from '../primitives/json/index.js';
import { registryIdOf } from '../registry/index.js';
import { openSigners } from './steps/keys.js';

export interface SignResult {
  readonly file: string;
  readonly comment: string;
  readonly sidecars: readonly string[];
}

const signable = z.looseObject({
  type: z.enum([
    'udos/root@1',
    'udos/checkpoint@1',
    'udos/publisher@1',
    'udos/plugin@1',
    'udos/revocations@1',
  ]),
  version: z.int().optional(),
  serial: z.int().optional(),
  sequence: z.int().optional(),
});

/**
 * Puts a signature beside a file of an index, as a client will derive it from the file's place and type. Works without
 * git and without a network: for keys that never leave a machine of their own.
 *
 * @throws FILE_NOT_FOUND, FILE_INVALID, INDEX_NOT_FOUND, KEY_NOT_FOUND
 */
export async function signIndexFile(
  context: Context,
  name: string,
  keys: readonly string[],
): Promise<SignResult> {
  const file = path.resolve(context.cwd, name);
  if (await isFolder(file)) throw invalid(file, 'it is a folder');
  const bytes = await readFileIfAny(file);
  if (bytes === undefined) {
    throw new UdosError('FILE_NOT_FOUND', `There is no file ${file}.`, { hint: 'Name a file of an index.' });
  }
  const { folder, id } = await findIndex(file);
  const relative = path.relative(folder, file).split(path.sep).join('/');
  if (!isIndexPath(relative)) throw invalid(file, 'its name is not one that an index can have');
  const { type, n } = describe(file, bytes);
  const comment = trustedComment.file(type.replace('udos/', ''), id, relative, n);
  const sidecars: string[] = [];
  for (const signer of await openSigners(context, keys)) {
    const sidecar = path.join(folder, sidecarOf(relative, signer.fingerprint));
    await writeFileAtomic(sidecar, signer.sign(bytes, comment));
    sidecars.push(sidecar);
  }
  return { file, comment, sidecars };
}

/** The index that a file lies in: the nearest folder above with a first root. */
async function findIndex(file: string): Promise<{ folder: string; id: string }> {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const first = await readFileIfAny(path.join(folder, ...layout.root(1).split('/')));
    if (first !== undefined) return { folder, id: registryIdOf(first) };
    if (path.dirname(folder) !== folder) continue;
    throw new UdosError(
      'INDEX_NOT_FOUND',
      `${file} does not lie in an index: no folder above it has ${layout.root(1)}.`,
      {
        hint: 'Sign inside the folder of the index: the signature says where the file stands.',
      },
    );
  }
}

function describe(file: string, bytes: Uint8Array): { type: string; n: number } {
  let document: z.infer<typeof signable>;
  try {
    document = signable.parse(parseStrictJson(bytes));
  } catch {
    throw invalid(file, 'it is not a root, checkpoint, publisher, plugin document or list of revocations');
  }
  const n = document.version ?? document.serial ?? document.sequence;
  if (n === undefined) throw invalid(file, 'it has no version, serial or sequence');
  return { type: document.type, n };
}

function invalid(file: string, problem: string): UdosError {
  return new UdosError('FILE_INVALID', `Cannot sign ${file}: ${problem}.`, {
    hint: 'docs/registry-format.md lists the files that are signed.',
    data: { file: file, problem },
  });
}
