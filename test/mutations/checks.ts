/** One check of DESIGN's "What a client checks", switched off: a piece of source that stands once in its file, and what replaces it. */
export interface Mutation {
  /** Its number in the order of checks. */
  readonly check: number;
  readonly without: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** The tests that stand for a check: files below test/unit, and threats whose stories attack it. */
export interface Proof {
  readonly unit: readonly string[];
  readonly stories: readonly string[];
}

/** By the number of the check. */
export const proofs: Readonly<Record<number, Proof>> = {
  0: { unit: ['registry/first-contact'], stories: ['t06', 'f07'] },
  1: { unit: ['registry/checkpoint', 'registry/roots'], stories: ['t05'] },
  2: { unit: ['http/*'], stories: ['t02', 'c12'] },
  3: { unit: ['registry/roots'], stories: ['t10', 't01'] },
  4: { unit: ['registry/roots'], stories: ['t04', 't05'] },
  5: { unit: ['registry/checkpoint'], stories: ['t01', 'f07'] },
  6: { unit: ['registry/order'], stories: ['t08', 'f06'] },
  7: { unit: ['registry/log'], stories: ['f05', 'f06'] },
  8: { unit: ['registry/checkpoint'], stories: ['t05'] },
  9: { unit: ['registry/sums'], stories: ['t07', 'c09'] },
  10: { unit: ['registry/revocations'], stories: ['t08', 'f04', 't10'] },
  11: { unit: ['registry/publishers', 'operations/consent'], stories: ['f03', 't10'] },
  12: { unit: ['registry/documents', 'registry/revocations'], stories: ['t01', 't08', 't11', 'f04', 'f07'] },
  13: { unit: ['registry/revocations', 'registry/artifact'], stories: ['f04'] },
  14: { unit: ['registry/routing'], stories: ['f01'] },
  15: { unit: ['registry/artifact', 'store/artifact-store'], stories: ['t01', 't11', 'c09'] },
  16: { unit: ['archive/*', 'registry/artifact'], stories: ['c01', 'c02', 'c03', 'c05', 't03', 't11'] },
};

const trust = 'src/registry/trust';

/**
 * Every check, switched off one at a time by `npm run test:mutations`: the suite must notice each. A check that does several
 * things stands here several times.
 */
export const mutations: readonly Mutation[] = [
  {
    check: 0,
    without: 'the id that was promised is compared with what the first root hashes to',
    file: `${trust}/roots.ts`,
    from: 'if (found !== registry) {',
    to: 'if (found.length === 0) {',
  },
  {
    check: 1,
    without: 'time never goes back behind the newest verified `issued`',
    file: 'src/registry/open-head.ts',
    from: 'const now = Math.max(input.clock, state.newestIssued);\n  refuseExpiredRoot(root, now);',
    to: 'const now = input.clock;\n  refuseExpiredRoot(root, now);',
  },
  {
    check: 2,
    without: 'a transfer ends at its cap of bytes',
    file: 'src/primitives/http/metered-body.ts',
    from: 'if (this.#watch.received > maxBytes) throw bodyTooLarge(place, maxBytes);',
    to: '',
  },
  {
    check: 2,
    without: 'redirects stay on their origin',
    file: 'src/primitives/http/redirects.ts',
    from: 'if (target.origin !== from.origin) {',
    to: 'if (target.origin.length === 0) {',
  },
  {
    check: 3,
    without: 'the root before signs the next one',
    file: `${trust}/roots.ts`,
    from: '  verifyRootRole(registry, current, next, file);\n',
    to: '',
  },
  {
    check: 3,
    without: 'a new root signs itself',
    file: `${trust}/roots.ts`,
    from: '  verifyRootRole(registry, next, next, file);\n',
    to: '',
  },
  {
    check: 3,
    without: 'a new root names the one before it',
    file: `${trust}/roots.ts`,
    from: 'if (next.document.previous !== current.sha256) {',
    to: 'if (next.document.previous === undefined) {',
  },
  {
    check: 4,
    without: 'an expired root is refused',
    file: `${trust}/roots.ts`,
    from: 'if (expires > now) return;',
    to: 'if (expires > 0 && now > 0) return;',
  },
  {
    check: 4,
    without: 'a removed checkpoint key takes what it signed with it',
    file: 'src/registry/open-head.ts',
    from: 'const reset = removedCheckpointKeys(before, root).length > 0;',
    to: 'const reset = removedCheckpointKeys(before, root).length > 1000;',
  },
  {
    check: 5,
    without: 'the checkpoint role signs the checkpoint',
    file: `${trust}/checkpoints.ts`,
    from: "const signers = verifyThreshold(file, { ...demand, role: checkpoint, roleName: 'the checkpoint role' });",
    to: 'const signers = [...checkpoint.keys];',
  },
  {
    check: 5,
    without: 'the checkpoint is of this registry',
    file: `${trust}/checkpoints.ts`,
    from: "  if (document.registry !== registry) throw mismatch('registry', registry, document.registry);\n",
    to: '',
  },
  {
    check: 6,
    without: 'a head that contradicts the accepted one is refused',
    file: `${trust}/head-order.ts`,
    from: 'if (found.sha256 === stored.sha256) return;',
    to: 'if (found.sha256 !== undefined) return;',
  },
  {
    check: 7,
    without: 'the log holds the accepted head on its line',
    file: `${trust}/log.ts`,
    from: 'if (stored !== undefined && stored.sequence <= lines) {',
    to: 'if (stored !== undefined && stored.sequence < 0) {',
  },
  {
    check: 7,
    without: 'closed parts of the log never change',
    file: `${trust}/log.ts`,
    from: 'if (before !== undefined && before !== hash) {',
    to: 'if (before === hash && before === undefined) {',
  },
  {
    check: 8,
    without: 'an expired checkpoint is noticed',
    file: `${trust}/checkpoints.ts`,
    from: 'return Date.parse(expires) <= now;',
    to: 'return Date.parse(expires) <= 0;',
  },
  {
    check: 9,
    without: 'a file has the hash that the signed index lists',
    file: `${trust}/summed-files.ts`,
    from: "if (expected === 'unknown' || bytes === undefined || sha256Hex(bytes) !== expected) {",
    to: "if (expected === 'unknown' || bytes === undefined) {",
  },
  {
    check: 9,
    without: 'a kept file is hashed again',
    file: `${trust}/summed-files.ts`,
    from: 'if (bytes === undefined || sha256Hex(bytes) !== expected) return false;',
    to: 'if (bytes === undefined) return false;',
  },
  {
    check: 10,
    without: 'the curators sign the revocations',
    file: `${trust}/revocation-list.ts`,
    from: "  verifyThreshold(file, {\n    registry,\n    type: document.type,\n    n: document.serial,\n    keys: root.keys,\n    role: root.document.roles.curator,\n    roleName: 'the curator role',\n    code: 'REVOCATIONS_INVALID',\n  });\n",
    to: '',
  },
  {
    check: 10,
    without: 'the serial of the revocations never goes back',
    file: `${trust}/revocation-list.ts`,
    from: 'if (document.serial < storedSerial)',
    to: 'if (document.serial < 0)',
  },
  {
    check: 11,
    without: 'the versions of a publisher are signed by those who may',
    file: `${trust}/publishers.ts`,
    from: '      verifyVersion(registry, root, before, version, counted);\n',
    to: '      void counted;\n      void verifyVersion;\n      void before;\n      void version;\n',
  },
  {
    check: 11,
    without: 'a recovery is not accepted unattended',
    file: 'src/operations/steps/consent.ts',
    from: '    if (recovered[0] !== undefined) throw publisherRecovered(recovered[0], options.frozen);\n',
    to: '',
  },
  {
    check: 12,
    without: 'the release role signs the plugin document',
    file: `${trust}/threshold.ts`,
    from: 'if (signers.length >= demand.role.threshold) return [...signers];',
    to: "if (signers.length >= demand.role.threshold || demand.code === 'DOCUMENT_INVALID') return [...signers];",
  },
  {
    check: 12,
    without: 'a plugin document is about the plugin that was asked for',
    file: `${trust}/documents.ts`,
    from: '  if (document.name !== plugin) throw invalid(plugin, `${path} is about ${document.name}`);\n',
    to: '',
  },
  {
    check: 12,
    without: 'a plugin document never goes back, and its releases stay',
    file: `${trust}/documents.ts`,
    from: '  if (seen !== undefined) refuseRegression(plugin, seen, now);\n',
    to: '  void refuseRegression;\n',
  },
  {
    check: 12,
    without: 'a revoked key vouches for nothing',
    file: `${trust}/threshold.ts`,
    from: "  if (demand.revoked?.has(fp) === true) return 'the key is revoked';\n",
    to: '',
  },
  {
    check: 13,
    without: 'a recalled release is not installed',
    file: 'src/operations/steps/obtain.ts',
    from: 'const reason = plugin.revocationOf(release);',
    to: 'const reason = plugin.revocationOf.name.length < 0 ? `` : undefined;',
  },
  {
    check: 14,
    without: 'two registries that offer one name are an error',
    file: 'src/operations/steps/routing.ts',
    from: 'if (offers.length === 1) return offer.id;',
    to: 'if (offers.length > 0) return offer.id;',
  },
  {
    check: 15,
    without: 'an artifact has the hash and the size of its record',
    file: 'src/store/artifact-store.ts',
    from: 'if (found.size !== size || !found.sha512.equals(sha512Of(integrity))) {',
    to: 'if (found.size < 0) {',
  },
  {
    check: 15,
    without: 'a stored artifact is hashed again',
    file: 'src/store/artifact-store.ts',
    from: 'if (sha512.equals(sha512Of(integrity))) return { file, blake2b512 };',
    to: 'if (sha512.length > 0) return { file, blake2b512 };',
  },
  {
    check: 15,
    without: 'the publisher signs the artifact',
    file: 'src/operations/steps/obtain.ts',
    from: '    verifyArtifactSignature(claim, stored.blake2b512);\n',
    to: '    void verifyArtifactSignature;\n',
  },
  {
    check: 16,
    without: 'the names in an archive are safe',
    file: 'src/primitives/archive/archive-entries.ts',
    from: '  const reason = refuseEntryName(path);\n',
    to: '  const reason = path.length < 0 ? refuseEntryName(path) : undefined;\n',
  },
  {
    check: 16,
    without: 'only files and folders stand in an archive',
    file: 'src/primitives/archive/tar-header.ts',
    from: '  throw refusal(refusedTypes[type] ?? `has the unknown type ${JSON.stringify(type)}`, name);\n',
    to: "  void refusedTypes;\n  return 'file';\n",
  },
  {
    check: 16,
    without: 'two names that some file system takes for one are refused',
    file: 'src/primitives/archive/inspect.ts',
    from: 'if (reason !== undefined) throw refusal(reason, name);',
    to: 'void reason;',
  },
  {
    check: 16,
    without: 'the manifest in the archive agrees with the index',
    file: 'src/artifact/judge-artifact.ts',
    from: '  verifyManifestAgrees(manifest, plugin, release);\n',
    to: '  void verifyManifestAgrees;\n',
  },
];
