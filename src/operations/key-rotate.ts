import type { Context } from '../context/index.js';
import { UdosError } from '../errors/index.js';
import type { KeyRole, PublisherDocument } from '../model/formats/index.js';
import { layout } from '../model/index-layout.js';
import {
  parseAlias,
  parsePublisher,
  type Fingerprint,
  type IndexPath,
  type Publisher,
} from '../model/names.js';
import { type Changes, type Signer } from '../registry/index.js';
import { requireAgreement } from './steps/agreement.js';
import { signedDocument } from './steps/author-index.js';
import { withAuthorWorkspace } from './steps/author-workspace.js';
import type { IndexWorkspace } from './steps/index-workspace.js';
import { listKeys } from './steps/keys.js';
import { missingSignatures, type MissingSignatures } from './steps/missing-signatures.js';
import type { PublisherRole, RoleChange } from './steps/next-publisher.js';
import { readPublicKeys } from './steps/public-keys.js';
import { planRotation, type RotatePlan, type Rotation } from './steps/rotation.js';
import { findSigners, inForce } from './steps/signers.js';
import { propose, submitChanges, type Submitted } from './steps/submit-document.js';
import { requireBranch } from './steps/typed-text.js';
import { keysBeside, vouchFor } from './steps/vouching.js';

export interface RotateOptions {
  readonly publisher: string;
  /** Keys that come in; none to sign the documents again only. */
  readonly newKeys: readonly string[];
  /** Keys that go; needed when there are several. */
  readonly oldKeys: readonly string[];
  /** The one role to change; both by default. */
  readonly role: PublisherRole | undefined;
  readonly registry: string | undefined;
  readonly keys: readonly string[];
  readonly branch: string | boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  /** Renders the plan for the question. */
  readonly describe: (plan: RotatePlan) => string;
}

export interface RotateResult extends RotatePlan, Submitted {
  readonly registry: string;
  readonly location: string;
  /** The publisher's new version; null when only documents are signed. */
  readonly file: IndexPath | null;
  /** Signatures of keys that are elsewhere. Until they are there, it waits on the branch. */
  readonly missing: readonly MissingSignatures[];
  /** Keys of this machine that vouch for nothing of this publisher any more. */
  readonly leftOver: readonly { readonly name: string; readonly file: string }[];
}

/**
 * Puts new keys of a publisher in place of old ones, signed by the owners before and after, and has the release keys that
 * are then in force vouch for every plugin document anew; their bytes stay.
 *
 * @throws KEY_AMBIGUOUS, KEY_NOT_FOUND, KEY_INVALID, USAGE, PLUGIN_NOT_FOUND, PUBLISHER_INVALID, CONFIRMATION_REQUIRED,
 *   what a client would say of the result, and what the network throws
 */
export async function rotateKeys(context: Context, options: RotateOptions): Promise<RotateResult> {
  const publisher = parsePublisher(options.publisher);
  if (options.newKeys.length === 0 && (options.oldKeys.length > 0 || options.role !== undefined)) {
    throw new UdosError('USAGE', 'There is no key to put in place: --old and --role need --new.', {
      hint: `Make one with \`udos key generate NAME\`, then \`udos key rotate ${publisher} --new NAME\`.`,
    });
  }
  if (typeof options.branch === 'string') requireBranch(options.branch);
  const given = await readPublicKeys(context, options.newKeys);
  const old = await fingerprintsOf(context, options.oldKeys);
  const alias = options.registry === undefined ? undefined : parseAlias(options.registry);
  return withAuthorWorkspace(context, alias, async (workspace) => {
    const rotation = await planRotation(context, workspace, publisher, given, old, options.role);
    return carryOut(context, workspace, rotation, options);
  });
}

async function carryOut(
  context: Context,
  workspace: IndexWorkspace,
  { plan, before, after, path, documents, revoked }: Rotation,
  options: RotateOptions,
): Promise<RotateResult> {
  const { publisher } = plan;
  const result = {
    ...plan,
    registry: workspace.registry,
    location: workspace.location,
    file: path ?? null,
    missing: [],
    leftOver: await keysLeftOver(context, plan.changes, after),
  };
  if (path === undefined && documents.length === 0)
    return { ...result, state: 'published', branch: null, sequence: null, compareUrl: null };

  const signersFor = (role: KeyRole) => signersAmong(context, role, revoked, options);
  const owners = path === undefined ? [] : await signersFor(before.owners);
  if (path !== undefined) owners.push(...(await signersFor(after.owners)));
  const releasers = documents.length === 0 ? [] : await signersFor(after.release);
  if (owners.length + releasers.length === 0) throw noKeyHere(publisher, before, after);
  if (!options.dryRun) await requireAgreement(context, options.yes, options.describe(plan));

  const distinct = [...new Map(owners.map((signer) => [signer.fingerprint, signer])).values()];
  const changes: Changes = new Map([
    ...(path === undefined ? [] : signedDocument(workspace.registry, path, after, distinct, workspace.main)),
    ...vouchFor(workspace, documents, releasers, after.release),
  ]);
  const signed = new Set(distinct.map((signer) => signer.fingerprint));
  const vouching = releasers.map((signer) => signer.fingerprint);
  const missing = [
    ...(path === undefined ? [] : missingSignatures(path, [before.owners, after.owners], signed)),
    ...documents.flatMap((document) => {
      const beside = keysBeside(workspace, document.path, after.release).filter((fp) => !revoked.has(fp));
      return missingSignatures(document.path, [after.release], new Set([...beside, ...vouching]));
    }),
  ];
  const submission = {
    changes,
    concerned: new Set<string>([layout.publisherFolder(publisher), ...documents.map((one) => one.path)]),
    message: path === undefined ? `Vouch for ${publisher} anew` : `Change the keys of ${publisher}`,
    proposalBranch: `udos/${publisher}-keys-${plan.version}`,
    branch: options.branch,
    keys: options.keys,
    dryRun: options.dryRun,
  };
  const submitted =
    missing.length > 0
      ? await propose(context, workspace, submission)
      : await submitChanges(context, workspace, submission);
  return { ...result, ...submitted, missing };
}

/** Named keys, and those that come in as far as they are on this machine; else as many of this user's own as are needed. */
async function signersAmong(
  context: Context,
  role: KeyRole,
  revoked: ReadonlySet<Fingerprint>,
  { keys, newKeys }: RotateOptions,
): Promise<Signer[]> {
  const usable = inForce(role, revoked);
  if (keys.length === 0) return findSigners(context, usable, []);
  const comingIn = new Set((await readPublicKeys(context, newKeys)).map((key) => key.fingerprint));
  const mine = (await listKeys(context)).filter((key) => comingIn.has(key.fingerprint));
  return findSigners(context, usable, [...keys, ...mine.map((key) => key.name)]);
}

async function keysLeftOver(
  context: Context,
  changes: readonly RoleChange[],
  after: PublisherDocument,
): Promise<RotateResult['leftOver']> {
  const gone = new Set(changes.flatMap((change) => change.removed).filter((fp) => !(fp in after.keys)));
  return (await listKeys(context))
    .filter((key) => gone.has(key.fingerprint))
    .map(({ name, file }) => ({ name, file }));
}

async function fingerprintsOf(context: Context, selectors: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const selector of selectors) {
    if (/^[0-9a-f]{8,64}$/.test(selector)) found.push(selector);
    else found.push(...(await readPublicKeys(context, [selector])).map((key) => key.fingerprint));
  }
  return found;
}

function noKeyHere(publisher: Publisher, before: PublisherDocument, after: PublisherDocument): UdosError {
  const keys = [...new Set([...before.owners.keys, ...after.owners.keys, ...after.release.keys])];
  return new UdosError('KEY_NOT_FOUND', `None of your keys may sign this for ${publisher}.`, {
    hint: `Name one with --key. Those that may: ${keys.map((fp) => fp.slice(0, 16)).join(', ')}.`,
    data: { publisher, keys },
  });
}
