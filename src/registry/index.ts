/**
 * What an index says and why we believe it.
 *
 * A source hands out bytes (`sources/`); `sync` decides whether its head is to be believed, step by step as DESIGN
 * section 5 numbers them (`trust/`); `openIndex` hands out what passed. `owner/` is the other side: it judges a tree with
 * the client's own checks and makes the next checkpoint.
 */
export { generateSums } from './owner/folder-sums.js';
export {
  emptyTree,
  onlyNamespace,
  treeHead,
  withChanges,
  type Changes,
  type IndexTree,
} from './owner/index-tree.js';
export { judgeTree, type JudgeRelease, type Judgement } from './owner/judge-tree.js';
export { prepareCheckpoint, type PreparedCheckpoint, type SignersFor } from './owner/prepare-checkpoint.js';
export { rememberPublished } from './owner/remember-published.js';
export { isRecovery, planResigning, type Resigning } from './owner/resigning.js';
export { readRootSignatures, rootInForce, walkRoots } from './owner/root-chain.js';
export { readSignable, type Signable } from './owner/signable.js';
export { signFile, type Signer } from './owner/signer.js';
export { createFolderSource } from './sources/folder-source.js';
export { createGitLazySource } from './sources/git-lazy-source.js';
export { createGitLocalSource } from './sources/git-local-source.js';
export { createGitRemoteSource } from './sources/git-remote-source.js';
export { createHttpSource } from './sources/http-source.js';
export { syncRegistry } from './sync.js';
export { createDiskTrustStore } from './trust/disk-trust-store.js';
export { readEvidence, type EvidenceHead, type Reset } from './trust/evidence.js';
export { inspectTrust, type TrustInspection, type TrustProblem } from './trust/inspect-trust.js';
export { checkObjects, pruneObjects } from './trust/kept-objects.js';
export { readOnly } from './trust/trust-store.js';
export { registryIdOf } from './trust/registry-id.js';
export { parseRoot, removedCheckpointKeys, type TrustedRoot } from './trust/roots.js';
