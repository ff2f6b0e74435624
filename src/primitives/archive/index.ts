export { collisionKey, refuseEntryName } from './entry-name.js';
export {
  inspectArchive,
  type ArchiveListing,
  type ExpectedArchive,
  type InspectOptions,
  type ListedFile,
} from './inspect.js';
export { packFiles, type PackedArchive, type PackedFile } from './pack.js';
export { unpackArchive } from './unpack.js';
