import { createHash } from 'node:crypto';
import path from 'node:path';
import { folderNameOf, type PluginName, type RegistryId } from '../model/names.js';

/**
 * Every place on disk that udos reads or writes stands in this file.
 *
 * A user's state: `UDOS_HOME`, by default `~/.udos`.
 */
export interface HomePaths {
  readonly folder: string;
  readonly config: string;
  readonly keys: string;
  readonly store: string;
  readonly cache: string;
  readonly ecosystem: string;
  /** The root of `--global` when no `UDOS_ROOT` is set. */
  readonly defaultRoot: string;
  /** Parent of what is known of each registry. */
  readonly registriesFolder: string;
  /** Parent of the receipts of each root. */
  readonly receiptsFolder: string;
  /** Parent of the earlier states of each root. */
  readonly historyFolder: string;
  registry(id: RegistryId): RegistryPaths;
  /** Receipts of what is installed under `root`. */
  receipts(root: string): string;
  /** Earlier states of `udos.json` and the lockfile of what is installed under `root`. */
  history(root: string): string;
}

/** What this home knows of one registry. */
export interface RegistryPaths {
  readonly folder: string;
  /** Index bytes as the source keeps them: a bare repository, or ETags. */
  readonly source: string;
  /** Trust state: `state.json`, roots, what was seen, index files by hash, evidence. */
  readonly trust: string;
  /** An owner's bare clone, for publishing. */
  readonly workspace: string;
}

/** A place that plugins are installed under, and the project that says which. */
export interface RootPaths {
  readonly root: string;
  /** The folder of `udos.json`. */
  readonly project: string;
  readonly projectFile: string;
  readonly lockfile: string;
  readonly global: boolean;
  /** Parent of everything the uDOS host looks at. */
  readonly plugins: string;
  readonly installedFolder: string;
  readonly communityFolder: string;
  /** Beside the installed folder, so that moving in is one rename. */
  readonly staging: string;
  readonly journal: string;
  installed(plugin: PluginName): string;
  community(plugin: PluginName): string;
}

export function homePaths(folder: string): HomePaths {
  return {
    folder,
    config: path.join(folder, 'config.json'),
    keys: path.join(folder, 'keys'),
    store: path.join(folder, 'store'),
    cache: path.join(folder, 'cache'),
    ecosystem: path.join(folder, 'ecosystem', 'registry.json'),
    defaultRoot: path.join(folder, 'root'),
    registriesFolder: path.join(folder, 'registries'),
    receiptsFolder: path.join(folder, 'receipts'),
    historyFolder: path.join(folder, 'history'),
    registry: (id) => {
      const registry = path.join(folder, 'registries', id);
      return {
        folder: registry,
        source: path.join(registry, 'source'),
        trust: path.join(registry, 'trust'),
        workspace: path.join(registry, 'workspace'),
      };
    },
    receipts: (root) => path.join(folder, 'receipts', nameOfRoot(root)),
    history: (root) => path.join(folder, 'history', nameOfRoot(root)),
  };
}

function nameOfRoot(root: string): string {
  return createHash('sha256').update(root).digest('hex').slice(0, 32);
}

/** A project's root is its own folder, unless `root` says otherwise. */
export function projectPaths(folder: string, root: string = folder): RootPaths {
  return rootPaths(root, folder, false);
}

export function globalPaths(root: string): RootPaths {
  return rootPaths(root, path.join(root, 'etc', 'udos'), true);
}

function rootPaths(root: string, project: string, global: boolean): RootPaths {
  const plugins = path.join(root, 'usr', 'share', 'udos', 'plugins');
  const installedFolder = path.join(plugins, 'installed');
  const communityFolder = path.join(plugins, 'community');
  const staging = path.join(plugins, '.staging');
  return {
    root,
    project,
    projectFile: path.join(project, 'udos.json'),
    lockfile: path.join(project, 'udos-lock.json'),
    global,
    plugins,
    installedFolder,
    communityFolder,
    staging,
    journal: path.join(staging, 'journal.json'),
    installed: (plugin) => path.join(installedFolder, folderNameOf(plugin)),
    community: (plugin) => path.join(communityFolder, folderNameOf(plugin)),
  };
}
