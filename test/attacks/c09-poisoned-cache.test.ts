import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { homePaths } from '../../src/context/index.js';
import { layout } from '../../src/model/index-layout.js';
import type { Version } from '../../src/model/version.js';
import { filesBelow } from '../kit/damage.js';
import { testKey } from '../kit/keys.js';
import type { Machine } from '../kit/machine.js';
import { threat } from '../kit/threat.js';
import { flipped, notes, thief } from './forgeries.js';
import { Stage } from './stage.js';

const update = ['update'] as const;

/** Who can write into these folders has the user's rights already; what lies in them is still taken for what it is. */
threat('C9', 'A poisoned cache', () => {
  const stage = new Stage({ kinds: ['plain folder', 'git over http', 'static web server'] });
  const registryOf = (machine: Machine, ...parts: readonly string[]) =>
    path.join(machine.home, 'registries', stage.registry.id, ...parts);
  const poison = (file: string) => {
    chmodSync(file, 0o644);
    writeFileSync(file, flipped(readFileSync(file)));
  };
  /** At least one. */
  const filesIn = (...parts: readonly string[]): string[] => {
    const files = filesBelow(path.join(...parts));
    assert.notEqual(files.length, 0, `nothing in ${path.join(...parts)}`);
    return files;
  };
  const artifactsOf = (machine: Machine) => filesIn(machine.home, 'store', 'artifacts');
  const isOneOne = (machine: Machine) =>
    machine.read('usr/share/udos/plugins/installed/ada--notes/index.js').includes('ada/notes 1.1.0');

  it('an artifact in the store with another byte is fetched again', async () => {
    const victim = stage.victim();
    const honest = victim.installedHash();
    const before = artifactsOf(victim).map((file) => readFileSync(file));
    artifactsOf(victim).forEach(poison);
    rmSync(victim.at('usr'), { recursive: true });

    await victim.run('install').succeeds();

    assert.equal(victim.installedHash(), honest);
    assert.deepEqual(
      artifactsOf(victim).map((file) => readFileSync(file)),
      before,
    );
    victim.expectUnchanged('lockfile', 'project', 'trust');
  });

  it('an artifact in the store that is a link to a file of somebody else', async () => {
    const victim = stage.victim();
    const honest = victim.installedHash();
    const [file = ''] = artifactsOf(victim);
    const elsewhere = path.join(victim.home, 'elsewhere');
    renameSync(file, elsewhere);
    symlinkSync(elsewhere, file);
    rmSync(victim.at('usr'), { recursive: true });

    await victim.run('install').succeeds();

    assert.equal(victim.installedHash(), honest);
    assert.ok(lstatSync(file).isFile());
    assert.ok(existsSync(elsewhere));
  });

  it('an artifact in the store, when nobody has a good one: it is not installed', async () => {
    const victim = stage.victim();
    const artifact = layout.artifact(notes, '1.0.0' as Version);
    await stage.registry.tamper(artifact, flipped);
    const evil = await stage.registry.bytes(artifact, stage.registry.published);
    const [file = ''] = artifactsOf(victim);
    chmodSync(file, 0o644);
    writeFileSync(file, evil);
    rmSync(victim.at('usr'), { recursive: true });

    // The store gave up the bad one.
    await stage.refuses(
      'ARTIFACT_MISMATCH',
      /its digest is sha512-\S+, the index says sha512-/,
      ['install'],
      { victim, moves: ['store'] },
    );
    assert.ok(!existsSync(file) || !readFileSync(file).equals(evil));
  });

  it('kept index files with another byte are read again', async () => {
    const victim = stage.victim();
    const objects = filesIn(registryOf(victim, 'trust', 'objects'));
    objects.forEach(poison);
    const damaged = () =>
      objects.filter(
        (file) => createHash('sha256').update(readFileSync(file)).digest('hex') !== path.basename(file),
      );
    assert.deepEqual(damaged(), objects);

    await victim.run('update').succeeds();

    assert.ok(isOneOne(victim));
    assert.ok(damaged().length < objects.length, 'none was needed');
    await victim.run('verify').succeeds();
  });

  it('kept index files with another byte, and nobody to ask', async () => {
    const victim = stage.victim();
    filesIn(registryOf(victim, 'trust', 'objects')).forEach(poison);
    await stage.refuses('OFFLINE', /no copy of SHA256SUMS/, ['update', '--offline'], { victim });
  });

  const checkpoint = testKey('main checkpoint');
  for (const [what, file, change, because] of [
    [
      'the key of another in the first root',
      'roots/1.json',
      (text: string) =>
        text
          .replaceAll(checkpoint.fingerprint, thief.fingerprint)
          .replaceAll(checkpoint.encoded, thief.encoded),
      /root 1 is not the one that the id of the registry names/,
    ],
    [
      'another place in the history',
      'state.json',
      (text: string) => text.replace('"sequence": 3', '"sequence": 2'),
      /its head is not the one that it names/,
    ],
  ] as const) {
    it(`${what}, in what this machine remembers`, async () => {
      const victim = stage.victim();
      const place = registryOf(victim, 'trust', file);
      const honest = readFileSync(place, 'utf8');
      const evil = change(honest);
      assert.notEqual(evil, honest);
      writeFileSync(place, evil);
      await stage.refuses('STATE_CORRUPT', because, update, {
        victim,
        recover: () => {
          writeFileSync(place, honest);
          return Promise.resolve();
        },
      });
    });
  }

  it('the repository in which a git server’s index is kept is fetched again', async () => {
    const victim = stage.victim('git over http');
    const objects = filesIn(registryOf(victim, 'source')).filter((file) =>
      /[\\/]objects[\\/].*(\.pack|[\\/][0-9a-f]{38})$/.test(file),
    );
    assert.notEqual(objects.length, 0, 'no objects');
    objects.forEach(poison);

    await victim.run('update').succeeds();

    assert.ok(isOneOne(victim));
    await victim.run('verify').succeeds();
  });

  it('what a web server is thought to have sent before, by its tag: it is asked again, in full', async () => {
    const victim = stage.victim('static web server');
    const honest = await stage.registry.mark();
    await stage.registry.forge(new Map(), { signers: [thief] });
    const [forged, sidecar] = await Promise.all(
      [layout.checkpoint, stage.registry.sidecar(layout.checkpoint, thief)].map((file) =>
        stage.registry.bytes(file, stage.registry.published),
      ),
    );
    assert.ok(forged !== undefined && sidecar !== undefined);
    await honest();
    const body = Buffer.from(forged).toString('base64');
    const isPoisoned = (file: string) => readFileSync(file, 'utf8').includes(body);
    for (const file of filesIn(registryOf(victim, 'source'))) {
      const entry = parsed(file);
      if (entry?.url.endsWith('/trust/checkpoint.json') !== true) continue;
      const sha256 = createHash('sha256').update(forged).digest('hex');
      writeFileSync(file, JSON.stringify({ ...entry, sha256, body }));
    }
    assert.equal(filesIn(registryOf(victim, 'source')).filter(isPoisoned).length, 1);

    const { stderr } = await victim.run('update').succeeds();

    assert.doesNotMatch(stderr, /checkpoint|lags/);
    assert.ok(isOneOne(victim));
    assert.equal(filesIn(registryOf(victim, 'source')).some(isPoisoned), false);
  });

  it('a receipt that lists files outside of the plugin', async () => {
    const victim = stage.victim();
    const canary = path.join(victim.project, 'canary');
    writeFileSync(canary, 'alive');
    const receipt = path.join(homePaths(victim.home).receipts(victim.project), 'ada--notes.json');
    const honest = readFileSync(receipt, 'utf8');
    const evil = honest.replace('"index.js"', '"../../../../../../canary"');
    assert.notEqual(evil, honest);
    const isOutside = { problem: 'it lists the path "../../../../../../canary"' };
    for (const args of [update, ['remove', 'ada/notes']] as const) {
      writeFileSync(receipt, evil);
      await stage.refusesInProcess('STATE_CORRUPT', isOutside, args, { victim });
    }
    await stage.refuses('STATE_CORRUPT', isOutside, update, {
      victim,
      recover: () => {
        writeFileSync(receipt, honest);
        return Promise.resolve();
      },
    });
    assert.equal(readFileSync(canary, 'utf8'), 'alive');
  });

  it('a receipt and an installed file that were changed to fit each other: verify knows the signed archive', async () => {
    const victim = stage.victim();
    const program = victim.at('usr/share/udos/plugins/installed/ada--notes/index.js');
    const evil = Buffer.from(readFileSync(program, 'utf8').replace('console', 'CONSOLE'));
    const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    const receipt = path.join(homePaths(victim.home).receipts(victim.project), 'ada--notes.json');
    const honest = readFileSync(receipt, 'utf8');
    assert.ok(honest.includes(sha256(readFileSync(program))));
    writeFileSync(receipt, honest.replace(sha256(readFileSync(program)), sha256(evil)));
    writeFileSync(program, evil);

    await victim.run('verify').failsWith('INSTALL_DAMAGED', /ada\/notes/);
    victim.expectUnchanged('lockfile', 'project', 'installed', 'receipts', 'store');
  });
});

function parsed(file: string): { readonly url: string } | undefined {
  try {
    const entry = JSON.parse(readFileSync(file, 'utf8')) as { url?: unknown };
    return typeof entry.url === 'string' ? { ...entry, url: entry.url } : undefined;
  } catch {
    return undefined;
  }
}
