import type { RootPaths } from '../../context/index.js';
import type { Place } from './project.js';

/** A path as a POSIX shell takes it. */
export function shellPath(file: string): string {
  return /^[A-Za-z0-9_./:@+-]+$/.test(file) ? file : `'${file.replaceAll("'", `'\\''`)}'`;
}

/** What a command needs to act on the same place, with a space before it: ` --global --root DIR`. */
export function placeFlags(place: Place, paths: RootPaths): string {
  const global = place.global === true ? ' --global' : '';
  return place.root === undefined ? global : `${global} --root ${shellPath(paths.root)}`;
}
