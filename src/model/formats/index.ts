/** Every file format of udos, from one source: these schemas make the types, the readers and `schemas/`. */
export { catalogLine, type CatalogLine } from './catalog.js';
export { checkpoint, type Checkpoint } from './checkpoint.js';
export { refuseConflictMarks } from './conflict-marks.js';
export { history, type HistoryEntry } from './history.js';
export { lockfile, type LockedPlugin, type Lockfile } from './lockfile.js';
export { manifest, manifestName, type Manifest } from './manifest.js';
export { pluginDocument, type PluginDocument } from './plugin-document.js';
export { config, project, type Config, type Project, type RegistryEntry } from './project.js';
export { publisherDocument, type PublisherDocument } from './publisher.js';
export { readFormat } from './read-format.js';
export { receipt, type Receipt } from './receipt.js';
export { registryFile, type RegistryFile } from './registry-file.js';
export { artifactLimits, categories, release, type DependencyMap, type Release } from './release.js';
export { revocations, type Revocations } from './revocations.js';
export { root, type KeyRing, type KeyRole, type Root } from './root.js';
export { durationOf, formatTime, httpUrl, type Integrity, type Time } from './scalars.js';
