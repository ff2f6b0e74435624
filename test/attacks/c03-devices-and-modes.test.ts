import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { blocksOf } from '../../fixtures/archives/archive-case.js';
import { gzipMember } from '../../fixtures/archives/gzip.js';
import { end, file } from '../../fixtures/archives/raw-tar.js';
import { threat } from '../kit/threat.js';
import { archivesNamed, listArchives, refusesArchives } from './hostile-archives.js';
import { Stage } from './stage.js';

const families: Readonly<Record<string, readonly string[]>> = {
  'devices and pipes': ['character-device', 'block-device', 'fifo'],
  'types that no plugin needs': [
    'contiguous',
    'volume-header',
    'continued',
    'sparse-type',
    'vendor-type',
    'folder-with-content',
    'mode-in-letters',
  ],
};

threat('C3', 'Devices and setuid', () => {
  const stage = new Stage();

  for (const [what, names] of Object.entries(families)) {
    it(`${what}, in ${names.length} archives`, () => refusesArchives(stage, archivesNamed(...names)));
  }

  it('nothing of a mode but whether the owner may run it: no setuid, no setgid, not writable by all', async () => {
    const manifest = {
      name: 'ada/notes',
      version: '1.2.0',
      description: 'Takes notes.',
      license: 'MIT',
      category: 'productivity/notes',
      main: 'index.js',
      runtime: 'node',
    };
    const bodies = [JSON.stringify(manifest), 'console.log("notes");\n', 'sticky\n', '#!/bin/sh\n'];
    const [description = '', program = '', data = '', script = ''] = bodies;
    const bytes = gzipMember(
      blocksOf([
        { ...file('udos-plugin.json', description), mode: '0000666\0' },
        { ...file('index.js', program), mode: '0006777\0' },
        { ...file('data', data), mode: '0001000\0' },
        { ...file('run.sh', script), mode: '0004711\0' },
        end,
      ]),
    );
    const unpackedSize = bodies.join('').length;
    await listArchives(stage.registry, [
      { bytes, record: { size: bytes.length, unpackedSize, files: bodies.length } },
    ]);
    const victim = stage.victim();

    await victim.run('update').succeeds();

    const modeOf = (name: string) =>
      statSync(victim.at('usr/share/udos/plugins/installed/ada--notes', name)).mode & 0o7777;
    assert.deepEqual(
      ['udos-plugin.json', 'index.js', 'data', 'run.sh'].map(modeOf),
      [0o644, 0o755, 0o644, 0o755],
    );
    victim.expectUnchanged('project');
  });
});
