export { blobIdOf, blobIdOfFile } from './blob-id.js';
export type { Changes } from './changes.js';
export { commitChanges, type CommitRequest } from './commit.js';
export { gitCredentialHelper } from './credentials.js';
export { readMergeStages } from './merge-stages.js';
export { isOrdinaryFile, listTree, readBlob, readBlobs, readCommit } from './objects.js';
export { fetchedRef, fetchRef, pushRef } from './remote.js';
export {
  currentBranch,
  initRepository,
  openRepository,
  readRef,
  removeRepository,
  writeRef,
  type GitRepository,
} from './repository.js';
export { writeWorkTree } from './work-tree.js';
