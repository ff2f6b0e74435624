import { threat } from '../kit/threat.js';
import { archivesNamed, refusesArchives } from './hostile-archives.js';
import { Stage } from './stage.js';

const families: Readonly<Record<string, readonly string[]>> = {
  'names of devices': [
    'device-con',
    'device-aux',
    'device-nul',
    'device-com-superscript',
    'device-lpt-folder',
    'device-conin',
    'device-full-width',
    'device-with-space',
  ],
  'names that Windows reads as others': [
    'trailing-dot',
    'trailing-space',
    'leading-space',
    'short-name',
    'stream',
    'stream-data',
  ],
  'characters that Windows reserves': [
    'reserved-less',
    'reserved-quote',
    'reserved-pipe',
    'reserved-question',
    'reserved-star',
  ],
  'paths that are too long': ['long-part', 'long-path', 'deep'],
};

threat('C6', 'Names that Windows cannot hold', () => {
  const stage = new Stage();

  for (const [what, names] of Object.entries(families)) {
    it(`${what}, in ${names.length} archives`, () => refusesArchives(stage, archivesNamed(...names)));
  }
});
