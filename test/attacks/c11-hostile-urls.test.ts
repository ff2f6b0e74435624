import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ErrorCode } from '../../src/errors/index.js';
import type { Machine } from '../kit/machine.js';
import { threat } from '../kit/threat.js';
import { forgeRelease, withdrawForgedRelease } from './forgeries.js';
import { failureOf, InProcess } from './in-process.js';
import { everything, Stage } from './stage.js';

const password = 's3cret-canary';

/** Places that make a careless program run something, ask another machine, or say a password. */
const hostilePlaces: Readonly<Record<string, (canary: string) => string>> = {
  'an option of git': (canary) => `--upload-pack=touch ${canary}`,
  'an option of ssh': (canary) => `-oProxyCommand=touch ${canary}`,
  'an option of ssh as a host': (canary) => `ssh://-oProxyCommand=touch${canary}/x`,
  'an option of ssh as a host of git+ssh': (canary) => `git+ssh://-oProxyCommand=touch${canary}/x`,
  'an option of ssh in the short form': (canary) => `-oProxyCommand=touch${canary}:x`,
  'a remote helper that runs a command': (canary) => `ext::sh -c touch% ${canary}`,
  'a remote helper in other letters': (canary) => `EXT::sh -c touch% ${canary}`,
  'a remote helper for descriptors': () => 'fd::17',
  'the protocol of git': () => 'git://127.0.0.1/x',
  'ssh in the short form': () => 'git@127.0.0.1:x.git',
  'a file on another machine': () => 'file://evil.example/share',
  'a share': () => '//evil.example/share',
  'a share of Windows': () => '\\\\evil.example\\share',
  'a user name and password': () => `http://ada:${password}@127.0.0.1/`,
  'a user name alone': () => `https://${password}@127.0.0.1/`,
  'a line end before an option': (canary) => `https://127.0.0.1/\n--upload-pack=touch ${canary}`,
  'a terminal escape': () => 'https://127.0.0.1/\u001b[2J',
  'plain http to another machine': () => 'http://registry.example/',
  'a script': () => 'javascript:alert(1)',
  'data in place of an address': () => 'data:,x',
  ftp: () => 'ftp://127.0.0.1/',
  'a query': () => `https://127.0.0.1/?token=${password}`,
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

  for (const [what, make] of Object.entries(hostilePlaces)) {
    it(`${what}: in registry add, in udos.json, and as a mirror`, async () => {
      const place = make(canary());
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
        assert.equal(error.code, 'URL_INVALID', error.message);
        assert.ok(!`${error.message}${error.hint ?? ''}${JSON.stringify(error.data)}`.includes(password));
        machine.expectUnchanged(...everything);
      }
      for (const victim of [cloned(place), cloned(undefined, [place])])
        await stage.refusesInProcess('URL_INVALID', ['install', '--frozen'], { victim });
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
      const place = hostilePlaces[what]?.(canary()) ?? '';
      const machine = stage.victim();
      const { id } = stage.registry;
      const { stdout, stderr } = await machine
        .run('registry', 'add', '--id', id, '--', 'evil', place)
        .failsWith('URL_INVALID');
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
    await stage.refuses('URL_INVALID', ['install', '--frozen'], {
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
      const error = await stage.refusesInProcess(code, ['update'], { moves: ['trust'] });
      assert.ok(!error.message.includes(password));
      nothingRan();
      await before();
    }
  });

  it('the place of an artifact that is read as an option, for the built binary', async () => {
    await forgeRelease(stage.registry, { says: { urls: ['-oProxyCommand'] } });
    await stage.refuses('ARTIFACT_NOT_FOUND', ['update'], {
      moves: ['trust'],
      recover: () => withdrawForgedRelease(stage.registry),
    });
  });
});
