export {
  fileError,
  isFile,
  isFolder,
  isSystemError,
  isTornWrite,
  listFolder,
  readFileIfAny,
  removeEmptyFolders,
  removeTornWrites,
  removeTornWritesIn,
  syncFolder,
  writeFileAtomic,
} from './files.js';
export { readLockState, withLock, type Lock } from './lock.js';
