import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ErrorCode } from '../../src/errors/index.js';
import type { Machine } from '../kit/machine.js';
import { threat } from '../kit/threat.js';
import { forgeRelease, withdrawForgedRelease } from './forgeries.js';
import { failureOf, InProcess } from './in-process.js';
import { assertRefusal } from './because.js';
import { aHead, everything, Stage, type Moved } from './stage.js';

const password = 's3cret-canary';

const notAPlace = 'it has characters that no place has';
// An option as a host cannot be told from ssh itself, which is not there yet.
const noSsh = 'ssh is not supported yet; use https';
const noHelper = 'git transports of that kind are not allowed';
const noShare = 'network shares are not allowed';
const noLogin = 'a URL must not hold a user name or password';

/** Places that make a careless program run something, ask another machine, or say a password. */
const hostilePlaces: Readonly<Record<string, readonly [why: string, place: (canary: string) => string]>> = {
  'an option of git': [notAPlace, (canary) => `--upload-pack=touch ${canary}`],
  'an option of git, of letters that a path may have': [notAPlace, () => '--upload-pack'],
  'an option of ssh': [notAPlace, (canary) => `-oProxyCommand=touch ${canary}`],
  'an option of ssh as a host': [noSsh, (canary) => `ssh://-oProxyCommand=touch${canary}/x`],
  'an option of ssh as a host of git+ssh': [noSsh, (canary) => `git+ssh://-oProxyCommand=touch${canary}/x`],
  'an option of ssh in the short form': [notAPlace, (canary) => `-oProxyCommand=touch${canary}:x`],
  'a remote helper that runs a command': [noHelper, (canary) => `ext::sh -c touch% ${canary}`],
  'a remote helper in other letters': [noHelper, (canary) => `EXT::sh -c touch% ${canary}`],
  'a remote helper for descriptors': [noHelper, () => 'fd::17'],
  'the protocol of git': ['the scheme git: is not allowed', () => 'git://127.0.0.1/x'],
  'ssh in the short form': [noSsh, () => 'git@127.0.0.1:x.git'],
  'a file on another machine': ['it is on another machine', () => 'file://evil.example/share'],
  'a share': [noShare, () => '//evil.example/share'],
  'a share of Windows': [noShare, () => '\\\\evil.example\\share'],
  'a user name and password': [noLogin, () => `http://ada:${password}@127.0.0.1/`],
  'a user name alone': [noLogin, () => `https://${password}@127.0.0.1/`],
  'a line end before an option': [notAPlace, (canary) => `https://127.0.0.1/\n--upload-pack=touch ${canary}`],
  'a terminal escape': [notAPlace, () => 'https://127.0.0.1/\u001b[2J'],
  'plain http to another machine': [
    'http is allowed to this machine only; use https',
    () => 'http://registry.example/',
  ],
  'a script': ['the scheme javascript: is not allowed', () => 'javascript:alert(1)'],
  'data in place of an address': ['the scheme data: is not allowed', () => 'data:,x'],
  ftp: ['the scheme ftp: is not allowed', () => 'ftp://127.0.0.1/'],
  'a query': ['it has a query or a fragment', () => `https://127.0.0.1/?token=${password}`],
};

threat('C11', 'Options and commands in a URL', () => {
  const stage = new Stage();
  const canary = () => path.join(stage.world.base, 'canary');
  const nothingRan = () => assert.ok(!existsSync(canary()), 'something was executed');

  afterEach(nothingRan);

  /** A colleague who has cloned a project that names this place. */
  function cloned(url: string | undefined, mirrors: readonly string[] = []): Machine {
    const machine = stage.newcomer();
    const project = JSON.parse(machine.read('udos.json')) as {
      registries: { main: { url: string; mirrors: readonly string[] } };
    };
    const { main } = project.registries;
    project.registries.main = { ...main, url: url ?? main.url, mirrors };
    machine.write('udos.json', JSON.stringify(project));
    return machine;
  }

  for (const [what, [why, make]] of Object.entries(hostilePlaces)) {
    it(`${what}: in registry add, in udos.json, and as a mirror`, async () => {
      const place = make(canary());
      const because = new RegExp(` cannot be a registry: ${why}\\.$`);
      const machine = stage.victim();
      const { id } = stage.registry;
      machine.noteState();
      for (const [url, mirrors] of [
        [place, []],
        [stage.world.url('main', 'plain folder'), [place]],
      ] as const) {
        const adding = new InProcess(machine, stage.world.clock).addRegistry({
          alias: 'evil',
          url,
          id,
          mirrors,
        });
        const error = await failureOf(adding);
        assertRefusal(error, 'URL_INVALID', because);
        assert.ok(!`${error.message}${error.hint ?? ''}${JSON.stringify(error.data)}`.includes(password));
        machine.expectUnchanged(...everything);
      }
      for (const victim of [cloned(place), cloned(undefined, [place])])
        await stage.refusesInProcess('URL_INVALID', because, ['install', '--frozen'], { victim });
      nothingRan();
    });
  }

  for (const what of [
    'an option of git',
    'a remote helper that runs a command',
    'an option of ssh as a host',
    'a user name and password',
  ] as const) {
    it(`${what}, typed at the built binary`, async () => {
      const [why, make] = hostilePlaces[what] ?? assert.fail(what);
      const place = make(canary());
      const machine = stage.victim();
      const { id } = stage.registry;
      const { stdout, stderr } = await machine
        .run('registry', 'add', '--id', id, '--', 'evil', place)
        .failsWith('URL_INVALID', new RegExp(`cannot be a registry: ${why}`));
      machine.expectUnchanged(...everything);
      assert.ok(!`${stdout}${stderr}`.includes(password));
      // Without the dashes before it, it is an option that does not exist, or a place that is none.
      await machine.run('registry', 'add', 'evil', place, '--id', id).exits(2);
      machine.expectUnchanged(...everything);
      assert.deepEqual(machine.filesHolding(password), []);
    });
  }

  it('a remote helper in the udos.json of a cloned project, for the built binary', async () => {
    const victim = cloned(`ext::sh -c touch% ${canary()}`);
    await stage.refuses('URL_INVALID', new RegExp(noHelper), ['install', '--frozen'], {
      victim,
      recover: async () => writeFile(victim.at('udos.json'), stage.victim().read('udos.json')),
    });
  });

  const artifactPlaces: Readonly<Record<string, ErrorCode>> = {
    'ext::sh -c touch% CANARY': 'DOCUMENT_INVALID',
    '--upload-pack=touch': 'DOCUMENT_INVALID',
    'ssh://-oProxyCommand=touch/x': 'DOCUMENT_INVALID',
    'git://127.0.0.1/x': 'DOCUMENT_INVALID',
    'file:///etc/hostname': 'DOCUMENT_INVALID',
    '/etc/hostname': 'DOCUMENT_INVALID',
    '../../../../etc/hostname': 'DOCUMENT_INVALID',
    'artifacts/../../../etc/hostname': 'DOCUMENT_INVALID',
    'https://127.0.0.1/x\n--upload-pack=touch': 'DOCUMENT_INVALID',
    '-oProxyCommand': 'ARTIFACT_NOT_FOUND',
    [`https://ada:${password}@registry.example/x`]: 'DOCUMENT_INVALID',
    'https://[registry.example/x': 'DOCUMENT_INVALID',
  };
  it(`the places of an artifact that its publisher signed: ${Object.keys(artifactPlaces).length} kinds`, async () => {
    const before = await stage.registry.mark();
    for (const [place, code] of Object.entries(artifactPlaces)) {
      await forgeRelease(stage.registry, { says: { urls: [place.replace('CANARY', canary())] } });
      const isKnown = code === 'ARTIFACT_NOT_FOUND';
      const because = isKnown ? { urls: [place] } : { problem: /^"releases\.2\.urls\.0": / };
      const moves: readonly Moved[] = isKnown ? [...aHead, 'trust/plugins/ada--notes'] : aHead;
      const error = await stage.refusesInProcess(code, because, ['update'], { moves });
      assert.ok(!error.message.includes(password));
      nothingRan();
      await before();
    }
  });

  it('the place of an artifact that is read as an option, for the built binary', async () => {
    await forgeRelease(stage.registry, { says: { urls: ['-oProxyCommand'] } });
    await stage.refuses('ARTIFACT_NOT_FOUND', { urls: ['-oProxyCommand'] }, ['update'], {
      moves: [...aHead, 'trust/plugins/ada--notes'],
      recover: () => withdrawForgedRelease(stage.registry),
    });
  });
});
