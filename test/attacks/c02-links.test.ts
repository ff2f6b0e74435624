import { threat } from '../kit/threat.js';
import { archivesNamed, refusesArchives } from './hostile-archives.js';
import { Stage } from './stage.js';

const families: Readonly<Record<string, readonly string[]>> = {
  'symbolic links, wherever they lead': [
    'symlink-out',
    'symlink-absolute',
    'symlink-inside',
    'symlink-to-itself',
    'symlink-for-package',
  ],
  'symbolic links that later entries write through': [
    'symlink-then-write-through',
    'symlink-then-replace',
    'symlink-for-a-folder',
  ],
  'hard links': [
    'hardlink-out',
    'hardlink-inside',
    'hardlink-with-content',
    'file-with-target',
    'hardlink-then-write',
  ],
  'targets that an extension header moves': ['pax-linkpath', 'gnu-long-link'],
};

threat('C2', 'Links in archives', () => {
  const stage = new Stage();

  for (const [what, names] of Object.entries(families)) {
    it(`${what}, in ${names.length} archives`, () => refusesArchives(stage, archivesNamed(...names)));
  }
});
