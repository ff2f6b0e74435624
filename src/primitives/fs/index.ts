export {
  fileError,
  isFolder,
  isSystemError,
  readFileIfAny,
  removeEmptyFolders,
  syncFolder,
  writeFileAtomic,
} from './files.js';
export { withLock } from './lock.js';
