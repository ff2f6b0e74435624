import path from 'node:path';
import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import type { KeyRole, Root } from '../model/formats/index.js';
import { layout, trustedComment } from '../model/index-layout.js';
import { parseRegistryId, type IndexPath, type RegistryId } from '../model/names.js';
import { sha256Hex } from '../primitives/crypto/index.js';
import { isFolder, readFileIfAny, writeFileAtomic } from '../primitives/fs/index.js';
import { parseRoot, readSignable, registryIdOf, signFile, type Signable } from '../registry/index.js';
import { requireAgreement } from './steps/agreement.js';
import { keyHandles } from './steps/key-handles.js';
import { openSigners, selectKey } from './steps/keys.js';

export interface SignOptions {
  readonly file: string;
  readonly keys: readonly string[];
  /** The registry, for a root that lies alone. */
  readonly id: string | undefined;
  readonly yes: boolean;
  /** Shows in the question what is about to be signed. */
  readonly describe: (plan: SignPlan) => string;
}

/** What a signature would say, as it was read from the file. */
export interface SignPlan {
  /** The file on this machine. */
  readonly file: string;
  readonly type: string;
  readonly registry: RegistryId;
  /** Where in the index it belongs. */
  readonly path: IndexPath;
  /** Its version, serial or sequence. */
  readonly n: number;
  /** Of the bytes: who compares it with others signs the same. */
  readonly sha256: string;
  /** The trusted comment. */
  readonly comment: string;
  /** The keys that sign. */
  readonly keys: readonly string[];
  /** What a root says, and what the one before it said when that lies beside it. */
  readonly root: RootContent | null;
  readonly before: RootContent | null;
}

export interface RootContent {
  readonly expires: string;
  readonly roles: readonly {
    readonly name: string;
    readonly threshold: number;
    readonly keys: readonly string[];
  }[];
}

export interface SignResult extends SignPlan {
  readonly sidecars: readonly string[];
}

/**
 * Puts a signature beside a document of an index, as a client will derive it from what the document says. Needs nothing but
 * the file: for keys that never leave a machine of their own. A root does not name its registry: that is told, or is the
 * id of a first root that lies beside it.
 *
 * @throws FILE_NOT_FOUND; FILE_INVALID and what a client says of a document that is malformed, lies where it does not
 *   belong, or does not follow the root beside it; REGISTRY_ID_MISMATCH, USAGE, KEY_NOT_FOUND, CONFIRMATION_REQUIRED
 */
export async function signIndexFile(context: Context, options: SignOptions): Promise<SignResult> {
  const file = path.resolve(context.cwd, options.file);
  if (await isFolder(file)) throw invalid(file, 'it is a folder');
  const bytes = await readFileIfAny(file);
  if (bytes === undefined) {
    throw new UdosError('FILE_NOT_FOUND', `There is no file ${file}.`, { hint: 'Name a file of an index.' });
  }
  const document = readSignable(bytes, file);
  const told = options.id === undefined ? undefined : parseRegistryId(options.id);
  const registry = await findRegistry(file, document, told);
  const before = await rootBefore(file, document);
  const selectors = options.keys;
  const keys =
    selectors.length === 0 ? [await selectKey(context, undefined)] : await keyHandles(context, selectors);
  const plan: SignPlan = {
    file,
    type: document.type,
    registry,
    path: document.path,
    n: document.n,
    sha256: sha256Hex(bytes),
    comment: trustedComment.file(document.type.replace('udos/', ''), registry, document.path, document.n),
    keys: keys.map((key) => key.fingerprint),
    root: document.document.type === 'udos/root@1' ? contentOf(document.document) : null,
    before: before === undefined ? null : contentOf(before),
  };
  await requireAgreement(context, options.yes, options.describe(plan));
  const sidecars: string[] = [];
  for (const signer of await openSigners(context, selectors)) {
    const [sidecar, signature] = signFile(signer, registry, document);
    const place = path.join(path.dirname(file), path.posix.basename(sidecar));
    await writeFileAtomic(place, signature);
    sidecars.push(place);
  }
  return { ...plan, sidecars };
}

/**
 * The registry that a document belongs to. Everything that says so must agree: the command, the document, the first root
 * beside it, the index around it.
 */
async function findRegistry(
  file: string,
  document: Signable,
  told: RegistryId | undefined,
): Promise<RegistryId> {
  const index = await findIndex(file);
  if (index !== undefined) {
    const relative = path.relative(index.folder, file).split(path.sep).join('/');
    if (relative !== document.path) throw invalid(file, `in an index it belongs at ${document.path}`);
  }
  const said = [told, document.registry, await firstRootBeside(file, document), index?.id];
  const ids = [...new Set(said.filter((id) => id !== undefined))];
  const [id] = ids;
  if (id === undefined) {
    throw new UdosError('USAGE', `${file} does not say which registry it is of.`, {
      hint: 'Say --id udr1…, or put the first root, 1.json, beside it.',
      data: { file },
    });
  }
  if (ids.length === 1) return id;
  throw new UdosError(
    'REGISTRY_ID_MISMATCH',
    `It is not clear which registry ${file} is of: ${ids.join(' or ')}.`,
    {
      hint: 'Compare the ids. A signature is for one registry only.',
      data: { file, found: ids },
    },
  );
}

/** The index that a file lies in: the nearest folder above with a first root. */
async function findIndex(file: string): Promise<{ folder: string; id: RegistryId } | undefined> {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const first = await readFileIfAny(path.join(folder, ...layout.root(1).split('/')));
    if (first !== undefined) return { folder, id: registryIdOf(first) };
    if (path.dirname(folder) === folder) return undefined;
  }
}

async function firstRootBeside(file: string, { type, n, bytes }: Signable): Promise<RegistryId | undefined> {
  if (type !== 'udos/root@1') return undefined;
  const first = n === 1 ? bytes : await readFileIfAny(path.join(path.dirname(file), '1.json'));
  if (first === undefined) return undefined;
  return parseRoot(first, '1.json').document.version === 1 ? registryIdOf(first) : undefined;
}

/** The root before, when it lies beside the file. @throws FILE_INVALID when the file does not follow it */
async function rootBefore(file: string, { document }: Signable): Promise<Root | undefined> {
  if (document.type !== 'udos/root@1' || document.version === 1) return undefined;
  const name = `${document.version - 1}.json`;
  const bytes = await readFileIfAny(path.join(path.dirname(file), name));
  if (bytes === undefined) return undefined;
  const before = parseRoot(bytes, name);
  if (before.sha256 === document.previous) return before.document;
  throw invalid(file, `it does not follow the ${name} beside it`);
}

function contentOf({ expires, roles }: Root): RootContent {
  const named = Object.entries(roles).filter((entry): entry is [string, KeyRole] => entry[1] !== undefined);
  return {
    expires,
    roles: named.map(([name, role]) => ({ name, threshold: role.threshold, keys: role.keys })),
  };
}

function invalid(file: string, problem: string): UdosError {
  return new UdosError('FILE_INVALID', `Cannot sign ${file}: ${problem}.`, {
    hint: 'docs/registry-format.md lists the files that are signed.',
    data: { file, problem },
  });
}
