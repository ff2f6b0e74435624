import type { Location } from './location.js';

/** A registry's place for people: its URL, or the folder. */
export function locationText(location: Location): string {
  return location.kind === 'disk' ? location.folder : location.url;
}
