/** What is on this machine: artifacts by hash, receipts, and plugins installed below a root. */
export { createArtifactStore } from './artifact-store.js';
export { inspectInstalled } from './installed.js';
export { createReceipts } from './receipts.js';
export {
  applyTransaction,
  recoverTransaction,
  type InstallChange,
  type PluginInstall,
  type ProjectFileChange,
  type Transaction,
} from './transaction.js';
