import { UdosError } from '../../errors/index.js';

/**
 * Everything that `udos doctor` can find. A *problem* is something that a command trips over, or that is not what it
 * should be; a *warning* hinders nothing yet. The names are a promise to programs.
 */
export const findingKinds = {
  'config-invalid': 'problem',
  'project-invalid': 'problem',
  'lockfile-invalid': 'problem',
  'lockfile-missing': 'problem',
  'lockfile-drift': 'problem',

  'transaction-interrupted': 'problem',
  'journal-invalid': 'problem',
  'receipt-invalid': 'problem',
  'plugin-not-installed': 'problem',
  'plugin-other-release': 'problem',
  'plugin-not-locked': 'problem',
  'folder-missing': 'problem',
  'folder-unknown': 'problem',
  'file-missing': 'problem',
  'file-changed': 'problem',
  'file-extra': 'problem',
  'file-mode': 'problem',
  'file-link': 'problem',
  'root-link': 'problem',
  'host-list-invalid': 'problem',
  'host-entry-missing': 'problem',

  'trust-state-invalid': 'problem',
  'trust-roots-invalid': 'problem',
  'trust-head-invalid': 'problem',
  'trust-seen-invalid': 'problem',
  'index-object-damaged': 'problem',
  'registry-evidence': 'problem',
  'release-revoked': 'problem',
  'plugin-refused': 'problem',
  'artifact-damaged': 'problem',
  'key-invalid': 'problem',
  unreadable: 'problem',

  'lock-held': 'warning',
  'lock-stale': 'warning',
  'torn-write': 'warning',
  'store-leftover': 'warning',
  'receipts-orphaned': 'warning',
  'registry-unconfigured': 'warning',
  'registry-expired': 'warning',
  'registry-expires-soon': 'warning',
  'root-expired': 'warning',
  'root-expires-soon': 'warning',
  'evidence-unproven': 'warning',
  'release-yanked': 'warning',
  'signers-changed': 'warning',
  'key-exposed': 'warning',
} as const satisfies Record<string, 'problem' | 'warning'>;

export type FindingKind = keyof typeof findingKinds;

export interface Finding {
  readonly kind: FindingKind;
  /** A path, a registry's alias or a plugin. */
  readonly where: string;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** What mends it. Commands stand in backticks, in the order in which they are to be run. */
  readonly fix: string;
}

/** Gathers findings. Nothing that a check trips over ends the others. */
export class Findings {
  readonly all: Finding[] = [];

  add(kind: FindingKind, where: string, message: string, fix: string): void {
    this.all.push({ kind, where, message, fix });
  }

  /**
   * The answer of `work`, or undefined after noting the error that it ended with.
   *
   * @param fix what mends that error; a function to tell it from the error.
   */
  async attempt<T>(
    kind: FindingKind,
    where: string,
    fix: string | ((error: UdosError) => string),
    work: () => T | Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UdosError)) throw error;
      this.add(kind, where, error.message, typeof fix === 'string' ? fix : fix(error));
      return undefined;
    }
  }
}
