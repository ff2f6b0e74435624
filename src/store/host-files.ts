import path from 'node:path';
import { z } from 'zod';
import { UdosError } from '../errors/index.js';
import type { Manifest, Time } from '../model/formats/index.js';
import { folderNameOf, publisherOf, type PluginName } from '../model/names.js';
import { writeFileAtomic } from '../primitives/fs/index.js';
import { formatJson } from '../primitives/json/index.js';

/** What the uDOS host is told of an installed plugin. */
export interface HostPlugin {
  readonly manifest: Manifest;
  /** Of the release: the host wants a date, and every machine must write the same one. */
  readonly published: Time;
}

/** `manifest.json` of a plugin as the host reads it (DESIGN section 1). */
export const hostManifest = z.strictObject({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  description: z.string(),
  /** The host looks for the plugin in `plugins/<type>/<id>`. */
  type: z.literal('community'),
  author: z.string(),
  created: z.string(),
  /** Ids. */
  dependencies: z.array(z.string()),
  /** As declared. Nothing enforces them yet. */
  permissions: z.array(z.string()),
  main: z.literal('index.js'),
});

export type HostManifest = z.infer<typeof hostManifest>;

export function hostManifestOf({ manifest, published }: HostPlugin): HostManifest {
  return {
    id: folderNameOf(manifest.name),
    name: manifest.name,
    version: manifest.version,
    description: manifest.description,
    type: 'community',
    author: manifest.author ?? publisherOf(manifest.name),
    created: published,
    dependencies: Object.keys(manifest.dependencies)
      .map((name) => folderNameOf(name as PluginName))
      .sort(),
    permissions: [...manifest.permissions],
    main: 'index.js',
  };
}

/**
 * Writes the folder through which the host runs an installed plugin: its manifest, `index.js`, and for the runtime
 * `shell` a `plugin.sh` as well, which the host prefers where there is no Node. A shell plugin has both because the
 * host's Node side runs `main` with Node, whatever it is.
 *
 * The runtime `sandbox` is run as `node` is: permissions are declared, and nothing enforces them yet.
 *
 * @throws FILESYSTEM_FAILED
 */
export async function writeShim(folder: string, plugin: HostPlugin): Promise<void> {
  const { manifest } = plugin;
  if (!/^[A-Za-z0-9._/-]+$/.test(manifest.main)) {
    throw new UdosError('BUG', `The main file of ${manifest.name} was not checked before it was installed.`);
  }
  await writeFileAtomic(path.join(folder, 'manifest.json'), formatJson(hostManifestOf(plugin)));
  // Without it, Node takes index.js for an ES module below a project that is one.
  await writeFileAtomic(path.join(folder, 'package.json'), formatJson({ private: true, type: 'commonjs' }));
  if (manifest.runtime === 'shell') {
    await writeFileAtomic(path.join(folder, 'plugin.sh'), shellShim(manifest), 0o755);
    await writeFileAtomic(path.join(folder, 'index.js'), nodeShim('/bin/sh', ['plugin.sh']), 0o755);
  } else {
    const main = ['..', '..', 'installed', folderNameOf(manifest.name), ...manifest.main.split('/')];
    await writeFileAtomic(path.join(folder, 'index.js'), nodeShim(undefined, main), 0o755);
  }
}

/** @param program absolute path; undefined is the Node that runs the shim. */
function nodeShim(program: string | undefined, script: readonly string[]): string {
  const parts = script.map((part) => JSON.stringify(part)).join(', ');
  return `#!/usr/bin/env node
'use strict';
// Written by udos: runs the installed plugin. Changes made here are lost at the next update.
const { spawn } = require('node:child_process');
const path = require('node:path');

const script = path.join(__dirname, ${parts});
const child = spawn(${program === undefined ? 'process.execPath' : JSON.stringify(program)}, [script, ...process.argv.slice(2)], { stdio: 'inherit' });

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of signals) process.on(signal, () => child.kill(signal));

child.on('error', (error) => {
  process.stderr.write(\`Cannot run \${script}: \${error.message}\\n\`);
  process.exitCode = 126;
});
child.on('exit', (code, signal) => {
  for (const name of signals) process.removeAllListeners(name);
  if (signal === null) process.exitCode = code;
  else process.kill(process.pid, signal);
});
`;
}

function shellShim(manifest: Manifest): string {
  return `#!/bin/sh
# Written by udos: runs the installed plugin. Changes made here are lost at the next update.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P) || exit 126
main="$here/../../installed/${folderNameOf(manifest.name)}/${manifest.main}"
if [ -x "$main" ]; then exec "$main" "$@"; fi
exec /bin/sh "$main" "$@"
`;
}
