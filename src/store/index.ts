/** What is on this machine: artifacts by hash, receipts, and plugins installed below a root. */
export { createArtifactStore } from './artifact-store.js';
export { createHistory } from './history.js';
export { inspectInstalled, type InstalledProblem } from './installed.js';
export { findLink, refuseLinks } from './folders.js';
export { readEcosystem } from './ecosystem.js';
export { integritiesIn, readKnownRoots, type KnownRoot } from './known-roots.js';
export { createReceipts } from './receipts.js';
export { findArtifactProblem, listArtifacts, listIncoming, type StoredFile } from './stored-artifacts.js';
export { isStoreInUse, withStoreAlone, withStoreInUse } from './store-lock.js';
export {
  applyTransaction,
  inspectTransaction,
  recoverTransaction,
  type InstallChange,
  type PluginInstall,
  type ProjectFileChange,
  type Transaction,
} from './transaction.js';
