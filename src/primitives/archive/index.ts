export { collisionKey, refuseEntryName } from './entry-name.js';
export { inspectArchive, type ArchiveListing, type ExpectedArchive } from './inspect.js';
export { packFiles, type PackedArchive, type PackedFile } from './pack.js';
export { unpackArchive } from './unpack.js';
