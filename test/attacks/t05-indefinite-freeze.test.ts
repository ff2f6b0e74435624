import assert from 'node:assert/strict';
import { formatTime, type Root } from '../../src/model/formats/index.js';
import { threat } from '../kit/threat.js';
import { everything, Stage } from './stage.js';

const update = ['update'] as const;
const dayMs = 24 * 60 * 60 * 1000;

threat('T5', 'Indefinite freeze', () => {
  const stage = new Stage({ kinds: ['plain folder', 'static web server', 'git over http'] });
  const inDays = (days: number) => formatTime(new Date(stage.world.clock.now().getTime() + days * dayMs));
  const expiresIn = (days: number) => (root: Root) => ({ ...root, expires: inDays(days) });

  for (const kind of ['plain folder', 'static web server', 'git over http'] as const) {
    it(`a server that shows nothing new until what it shows has expired, over a ${kind}`, async () => {
      await stage.registry.freeze();
      stage.world.clock.advanceDays(300);
      await stage.registry.checkpoint();
      stage.world.clock.advanceDays(65);
      await stage.refuses('CHECKPOINT_EXPIRED', /The index of main expired on 2027-11-26/, update, {
        kind,
        recover: () => stage.registry.thaw(),
      });
    });
  }

  it('a plugin added from an expired index', async () => {
    stage.world.clock.advanceDays(366);
    await stage.refuses(
      'CHECKPOINT_EXPIRED',
      /The index of main expired on 2027-11-26/,
      ['add', 'bob/base'],
      {
        recover: () => stage.registry.checkpoint(),
      },
    );
  });

  it('nothing against what is locked: an expired index warns, and installs it', async () => {
    stage.world.clock.advanceDays(366);
    const newcomer = stage.newcomer();
    const { stderr } = await newcomer.run('install', '--frozen').succeeds();
    assert.match(stderr, /expired/);
    newcomer.expectUnchanged('lockfile', 'project');
    assert.equal(newcomer.installedHash(), stage.victim().installedHash());
  });

  it('a clock that was set back, so that old news looks new', async () => {
    const start = stage.world.clock.now().toISOString();
    stage.world.clock.advanceDays(100);
    const { victim } = await stage.goOn((registry) => registry.revoke({}, 1));
    await stage.registry.forge(new Map(), {
      checkpoint: (document) => ({
        ...document,
        issued: formatTime(new Date(start)),
        expires: formatTime(new Date(Date.parse(start) + 30 * dayMs)),
      }),
    });
    stage.world.clock.set(start);
    await stage.refuses('CHECKPOINT_EXPIRED', /The index of main expired on 2026-12-27/, update, {
      victim,
      // The head is genuine and newer than the one before it; it is only too old to choose by.
      moves: ['trust/head'],
      recover: async () => {
        stage.world.clock.advanceDays(101);
        await stage.registry.forge(new Map(), {
          checkpoint: (document) => ({ ...document, expires: inDays(30) }),
        });
      },
    });
  });

  it('a checkpoint from the future, which would last longer', async () => {
    await stage.registry.forge(new Map(), {
      checkpoint: (document) => ({ ...document, issued: inDays(1), expires: inDays(4000) }),
    });
    await stage.refuses(
      'CHECKPOINT_INVALID',
      /was issued at 2026-11-28T\S+, but it is only 2026-11-27T/,
      update,
    );
  });

  it('a last root that has expired', async () => {
    const { victim } = await stage.goOn((registry) => registry.nextRoot(expiresIn(5)));
    stage.world.clock.advanceDays(10);
    await stage.refuses('ROOT_EXPIRED', /Root 2 .* expired on 2026-12-0/, update, {
      victim,
      recover: async () => {
        await stage.registry.nextRoot(expiresIn(1000));
        await stage.registry.checkpoint();
      },
    });
  });

  it('nothing against who comes late: a root in the middle may have expired', async () => {
    await stage.registry.nextRoot(expiresIn(5));
    await stage.registry.nextRoot(expiresIn(1000));
    await stage.registry.checkpoint();
    stage.world.clock.advanceDays(10);
    const victim = stage.victim();
    await victim.run('outdated').succeeds();
    victim.expectUnchanged(...everything.filter((part) => part !== 'trust'));
  });
});
