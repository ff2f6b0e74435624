import type { Version } from '../../model/version.js';
import type { Provenance } from '../steps/check-provenance.js';
import type { VerifyNote } from './notes.js';

export interface VerifyProblem {
  /**
   * - `not-installed`: locked, and no receipt says it is installed;
   * - `other-release`: another release is installed than is locked;
   * - `receipt`: the receipt lists other files than the signed artifact has, or cannot be read;
   * - `not-locked`: a receipt of something that the lockfile does not have;
   * - `unknown-folder`: a folder among the installed plugins that no receipt knows;
   * - the others: what is wrong with the file or folder at `path`.
   */
  readonly kind:
    | 'not-installed'
    | 'other-release'
    | 'receipt'
    | 'not-locked'
    | 'unknown-folder'
    | 'folder-missing'
    | 'missing'
    | 'changed'
    | 'extra'
    | 'mode'
    | 'link';
  /** Inside the plugin's folder; `.` is the plugin as a whole. */
  readonly path: string;
  /** What mends it. Commands stand in backticks. */
  readonly fix: string;
}

/** Why something is not proved. */
export interface VerifyReason {
  /** An error code: `RELEASE_REVOKED`, `NETWORK_FAILED`, `NOT_PROVED` … */
  readonly code: string;
  readonly message: string;
  /** What to do about it. Commands stand in backticks. */
  readonly fix: string;
}

export interface VerifiedInstall extends Provenance {
  readonly name: string;
  readonly version: Version | null;
  /**
   * The worst that holds, in this order:
   * - `recalled`: its registry revoked the release;
   * - `refused`: the index or the artifact is not what was locked, or not to be believed;
   * - `damaged`: what is installed is not what is locked: `problems` names each file;
   * - `not-proved`: what the proof needs could not be had;
   * - `proved`: every file is what its publisher signed, and the index lists it.
   */
  readonly outcome: 'proved' | 'recalled' | 'refused' | 'damaged' | 'not-proved';
  readonly problems: readonly VerifyProblem[];
  /** Why it is recalled, refused or not proved; null otherwise. */
  readonly reason: VerifyReason | null;
}

export interface VerifyResult {
  readonly project: string;
  readonly root: string;
  readonly plugins: readonly VerifiedInstall[];
  readonly notes: readonly VerifyNote[];
}

const sentences: Readonly<Record<VerifyProblem['kind'], string>> = {
  'not-installed': 'it is not installed',
  'other-release': 'another release is installed',
  receipt: 'its receipt does not fit the signed artifact',
  'not-locked': 'it is installed, and the lockfile does not have it',
  'unknown-folder': 'no receipt knows this folder',
  'folder-missing': 'its folder is missing',
  missing: 'is missing',
  changed: 'was changed',
  extra: 'does not belong there',
  mode: 'has another executable bit',
  link: 'is a link',
};

const shownProblems = 5;

/** One line of a plugin: its outcome and why. */
export function outcomeText({ name, version, outcome, problems, reason }: VerifiedInstall): string {
  const shown = problems.slice(0, shownProblems).map(sentence);
  const more = problems.length - shown.length;
  const why = [
    ...(reason === null ? [] : [reason.message.replace(/\.$/, '')]),
    ...shown,
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('; ');
  const what = `${name}${version === null ? '' : ` ${version}`}: ${outcome.replace('-', ' ')}`;
  return why === '' ? what : `${what}: ${why}`;
}

function sentence({ kind, path: where }: VerifyProblem): string {
  if (where === '.') return kind === 'link' ? 'its folder, or one above it, is a link' : sentences[kind];
  return `${where} ${sentences[kind]}`;
}
