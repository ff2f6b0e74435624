export { changelogSection } from './changelog.js';
export { fetchArtifact } from './fetch-artifact.js';
export { judgeArchive, verifyArtifactSignature, type ReleaseClaim } from './judge-artifact.js';
export { parseManifest, sharedFacts } from './manifest.js';
export { packPlugin, readPluginFolder, type PluginFolder } from './plugin-folder.js';
