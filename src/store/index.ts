/** What is on this machine: artifacts by hash, receipts, and plugins installed below a root. */
export { createArtifactStore, type ArtifactStore, type StoredArtifact } from './artifact-store.js';
export type { HostPlugin } from './host-files.js';
export { inspectInstalled, type InstalledProblem, type InstalledProblemKind } from './installed.js';
export { createReceipts, type Receipts } from './receipts.js';
export {
  applyTransaction,
  recoverTransaction,
  type HostFiles,
  type InstallChange,
  type PluginInstall,
  type ProjectFileChange,
  type Recovery,
  type Transaction,
} from './transaction.js';
