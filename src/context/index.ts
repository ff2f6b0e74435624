export type { Context, Prompts, Reporter } from './context.js';
export {
  globalPaths,
  homePaths,
  layoutVersion,
  projectPaths,
  type HomePaths,
  type RegistryPaths,
  type RootPaths,
} from './paths.js';
