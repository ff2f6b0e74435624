import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Machine } from '../kit/machine.js';

/**
 * Everything that has to be of one state together: project, lockfile, installed plugins and receipts, by path. A folder that
 * holds nothing is nothing: a disk that fails may keep it.
 */
export function projectState(machine: Machine): Record<string, string> {
  const all = { ...contents(machine.project), ...contents(path.join(machine.home, 'receipts')) };
  return Object.fromEntries(Object.entries(all).filter(([file]) => !file.endsWith('/')));
}

/** What a machine believes of registries, by path: each of these files stands for itself. */
export function trustState(machine: Machine): Record<string, string> {
  const registries = path.join(machine.home, 'registries');
  return Object.fromEntries(
    Object.entries(contents(registries)).filter(
      ([file]) =>
        /\/trust\/(state\.json|roots\/|seen\/)/.test(file) &&
        !file.endsWith('.udos-tmp') &&
        !file.endsWith('.lock'),
    ),
  );
}

/** Each trusted file has its old bytes or its new ones, and is there unless one of the states lacks it. */
export function assertOldOrNewTrust(
  found: Record<string, string>,
  before: Record<string, string>,
  after: Record<string, string>,
): void {
  for (const file of new Set([found, before, after].flatMap(Object.keys))) {
    assert.ok([before[file], after[file]].includes(found[file]), `${file} is neither old nor new`);
  }
}

/** The name of the state that `found` is. A mix of the two fails, naming a file that is of the other one. */
export function assertOldOrNew(
  found: Record<string, string>,
  before: Record<string, string>,
  after: Record<string, string>,
): 'old' | 'new' {
  const strange = (state: Record<string, string>) =>
    [...new Set([...Object.keys(found), ...Object.keys(state)])].filter(
      (file) => found[file] !== state[file],
    );
  const [fromOld, fromNew] = [strange(before), strange(after)];
  if (fromNew.length === 0) return 'new';
  assert.deepEqual(fromOld, [], `a mix: not old in ${fromOld.join(', ')}, not new in ${fromNew.join(', ')}`);
  return 'old';
}

/** Every artifact of the store is what its name says. */
export function assertStoreIsSound(machine: Machine): void {
  const artifacts = contents(path.join(machine.home, 'store', 'artifacts'), 'sha512');
  for (const [file, hash] of Object.entries(artifacts)) {
    if (hash !== 'folder')
      assert.equal(`${hash}.tgz`, path.basename(file), 'an artifact does not fit its name');
  }
}

/** Files below a folder by path, with the hash of their bytes; folders by path with a slash. */
export function contents(folder: string, algorithm = 'sha256'): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (place: string): void => {
    for (const name of readdirSync(place).sort()) {
      const file = path.join(place, name);
      if (statSync(file).isDirectory()) {
        found[`${file}/`] = 'folder';
        visit(file);
      } else found[file] = createHash(algorithm).update(readFileSync(file)).digest('hex');
    }
  };
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) visit(folder);
  return found;
}
