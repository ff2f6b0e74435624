/**
 * Every error code of udos, with the exit class that decides the process's exit status.
 * `docs/errors.md` has one entry a code, under the lower-case code as its anchor; a test holds the two together.
 */

/** Exit statuses by class: DESIGN section 6. */
export const exitStatus = {
  bug: 1,
  usage: 2,
  notFound: 3,
  unsatisfiable: 4,
  network: 5,
  trust: 6,
  state: 7,
  policy: 8,
} as const;

export type ExitClass = keyof typeof exitStatus;

export const errorCodes = {
  BUG: 'bug',

  USAGE: 'usage',
  NAME_INVALID: 'usage',
  SPEC_INVALID: 'usage',
  RANGE_INVALID: 'usage',
  VERSION_INVALID: 'usage',
  URL_INVALID: 'usage',
  REGISTRY_ID_INVALID: 'usage',
  FILE_INVALID: 'usage',
  PROJECT_MISSING: 'usage',
  PROJECT_EXISTS: 'usage',
  PROJECT_INVALID: 'usage',
  CONFIG_INVALID: 'usage',
  ALIAS_CONFLICT: 'usage',
  REGISTRY_UNCONFIRMED: 'usage',
  MANIFEST_INVALID: 'usage',
  PLUGIN_INVALID: 'usage',
  RELEASE_EXISTS: 'usage',
  PUBLISHER_EXISTS: 'usage',
  NAME_LOOKALIKE: 'usage',
  REGISTRY_AMBIGUOUS: 'usage',
  PASSWORD_REQUIRED: 'usage',
  PASSWORD_INVALID: 'usage',
  KEY_INVALID: 'usage',
  KEY_EXISTS: 'usage',
  KEY_AMBIGUOUS: 'usage',

  NO_REGISTRY: 'notFound',
  REGISTRY_UNKNOWN: 'notFound',
  PLUGIN_NOT_FOUND: 'notFound',
  VERSION_NOT_FOUND: 'notFound',
  NOT_A_REQUIREMENT: 'notFound',
  NOT_INSTALLED: 'notFound',
  KEY_NOT_FOUND: 'notFound',
  FILE_NOT_FOUND: 'notFound',
  INDEX_NOT_FOUND: 'notFound',
  ARTIFACT_NOT_FOUND: 'notFound',
  STATE_NOT_FOUND: 'notFound',

  UNSATISFIABLE: 'unsatisfiable',

  NETWORK_FAILED: 'network',
  TRANSFER_LIMIT: 'network',
  TRANSFER_REFUSED: 'network',
  AUTH_REQUIRED: 'network',
  OFFLINE: 'network',
  INDEX_MOVED: 'network',
  PUSH_REFUSED: 'network',
  NOT_PROVED: 'network',

  INDEX_INVALID: 'trust',
  REGISTRY_ID_MISMATCH: 'trust',
  ROOT_INVALID: 'trust',
  ROOT_EXPIRED: 'trust',
  ROOT_INCOMPLETE: 'trust',
  CHECKPOINT_INVALID: 'trust',
  CHECKPOINT_EXPIRED: 'trust',
  INDEX_ROLLBACK: 'trust',
  INDEX_EQUIVOCATION: 'trust',
  INDEX_FORK: 'trust',
  INDEX_TAMPERED: 'trust',
  REVOCATIONS_INVALID: 'trust',
  PUBLISHER_INVALID: 'trust',
  PUBLISHER_RECOVERED: 'trust',
  DOCUMENT_INVALID: 'trust',
  DOCUMENT_ROLLBACK: 'trust',
  RELEASE_CHANGED: 'trust',
  RELEASE_REVOKED: 'trust',
  LOCKED_RELEASE_MISMATCH: 'trust',
  ARTIFACT_MISMATCH: 'trust',
  ARTIFACT_SIGNATURE_INVALID: 'trust',
  ARCHIVE_UNSAFE: 'trust',
  MANIFEST_MISMATCH: 'trust',
  SIGNATURE_INVALID: 'trust',

  LOCKFILE_MISSING: 'state',
  LOCKFILE_INVALID: 'state',
  LOCKFILE_DRIFT: 'state',
  LOCKFILE_CONFLICT: 'state',
  INSTALL_DAMAGED: 'state',
  STATE_CORRUPT: 'state',
  STATE_LOCKED: 'state',
  FILESYSTEM_FAILED: 'state',

  PERMISSIONS_WIDENED: 'policy',
  SIGNER_CHANGED: 'policy',
  CONFIRMATION_REQUIRED: 'policy',
} as const satisfies Record<string, ExitClass>;

export type ErrorCode = keyof typeof errorCodes;
