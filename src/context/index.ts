export type { Context, Prompts, Reporter } from './context.js';
export { globalPaths, homePaths, projectPaths, type HomePaths, type RootPaths } from './paths.js';
