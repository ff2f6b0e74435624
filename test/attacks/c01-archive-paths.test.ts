import { threat } from '../kit/threat.js';
import { archivesNamed, refusesArchives } from './hostile-archives.js';
import { Stage } from './stage.js';

const families: Readonly<Record<string, readonly string[]>> = {
  'that climb out': [
    'climbs-out',
    'climbs-out-at-once',
    'climbs-and-returns',
    'folder-climbs-out',
    'prefix-climbs',
    'prefix-then-climbs',
  ],
  'that are absolute, on a drive or on a share': [
    'absolute',
    'absolute-in-two-parts',
    'prefix-absolute',
    'drive',
    'drive-below',
    'share',
    'share-below',
  ],
  'that climb out on Windows, or in another decoder': [
    'backslash-climbs',
    'backslash',
    'share-backslash',
    'slash-lookalike',
    'dots-lookalike',
    'overlong-dots',
    'overlong-slash',
  ],
  'that an extension header puts elsewhere': [
    'pax-path',
    'pax-size',
    'global-pax-path',
    'gnu-long-name',
    'behind-a-header',
    'behind-the-end',
  ],
  'that replace their own folder or stand beside it': [
    'file-for-folder',
    'folder-beside',
    'over-its-folder',
    'no-folder',
    'manifest-is-a-folder',
  ],
};

/** The publisher is hostile: all of these are signed and listed as they should be. */
threat('C1', 'Archive paths that climb out', () => {
  const stage = new Stage();

  for (const [what, names] of Object.entries(families)) {
    it(`paths ${what}, in ${names.length} archives`, () => refusesArchives(stage, archivesNamed(...names)));
  }
});
