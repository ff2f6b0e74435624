/**
 * udos as a library: every command is one function of a {@link Context} and plain options, and returns plain data.
 *
 * Nothing here prints, asks a terminal, reads the environment or ends the process: the context does, or does not.
 */
export { homePaths, type Context, type HomePaths, type Prompts, type Reporter } from './context/index.js';
export { UdosError, type ErrorCode, type ErrorDetails, type ExitClass } from './errors/index.js';
export { add } from './operations/add.js';
export { info } from './operations/info.js';
export { initProject } from './operations/init.js';
export { install } from './operations/install.js';
export { listPlugins } from './operations/list.js';
export { outdated } from './operations/outdated.js';
export { checkPlugin } from './operations/plugin-check.js';
export { publish } from './operations/publish.js';
export { addRegistry } from './operations/registry-add.js';
export { checkRegistry } from './operations/registry-check.js';
export { checkpointRegistry } from './operations/registry-checkpoint.js';
export { initRegistry } from './operations/registry-init.js';
export { remove } from './operations/remove.js';
export { search } from './operations/search.js';
export { update } from './operations/update.js';
export { verifyProject } from './operations/verify.js';
export { versions } from './operations/versions.js';
export { why } from './operations/why.js';
export { yank } from './operations/yank.js';
