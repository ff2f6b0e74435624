import { threat } from '../kit/threat.js';
import { archivesNamed, refusesArchives } from './hostile-archives.js';
import { Stage } from './stage.js';

const families: Readonly<Record<string, readonly string[]>> = {
  'names that differ in case only': ['case', 'case-of-folders', 'sharp-s', 'case-of-the-manifest'],
  'names that Unicode folds into one': [
    'long-s',
    'ligature',
    'superscript',
    'full-width',
    'kelvin',
    'composed-and-decomposed',
  ],
  'one name twice, or as a file and a folder': [
    'file-twice',
    'folder-twice',
    'file-then-folder',
    'folder-then-file',
    'manifest-twice',
  ],
};

threat('C5', 'Names that collide', () => {
  const stage = new Stage();

  for (const [what, names] of Object.entries(families)) {
    it(`${what}, in ${names.length} archives`, () => refusesArchives(stage, archivesNamed(...names)));
  }
});
