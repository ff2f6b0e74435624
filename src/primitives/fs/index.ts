export {
  fileError,
  isFolder,
  isSystemError,
  readFileIfAny,
  removeEmptyFolders,
  removeTornWrites,
  syncFolder,
  writeFileAtomic,
} from './files.js';
export { withLock } from './lock.js';
