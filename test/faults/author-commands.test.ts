import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TestClock } from '../kit/clock.js';
import { gitAway } from '../kit/git-cli.js';
import { startGitServer, type GitServer } from '../kit/git-server.js';
import { Machine } from '../kit/machine.js';
import { walk, type Lane } from './walk.js';

interface AuthorLane extends Lane {
  /** The registry's repository on the git server. */
  readonly hosted: string;
  /** Somebody who uses the registry. */
  readonly reader: Machine;
}

describe('a fault anywhere in a command of an author', () => {
  const clock = TestClock.today();
  let base: string;
  let server: GitServer;
  let lanes: AuthorLane[];

  before(async () => {
    base = mkdtempSync(path.join(tmpdir(), 'udos-faults-'));
    server = await startGitServer(path.join(base, 'git'));
    lanes = await Promise.all(['a', 'b'].map(openLane));
  });

  after(async () => {
    await server.close();
    rmSync(base, { recursive: true, force: true, maxRetries: 5 });
  });

  /** An author of one plugin who has a second one ready, the host, and a reader; all of it is put back after each fault. */
  async function openLane(name: string): Promise<AuthorLane> {
    const machine = new Machine(path.join(base, name, 'author'), clock);
    const reader = new Machine(path.join(base, name, 'reader'), clock);
    const hosted = path.join(base, 'git', `${name}.git`);
    await machine.run('key', 'generate', 'work', '--no-password').succeeds();
    const { id } = await machine.json<{ id: string }>('registry', 'init', 'acme', '--publisher', 'ada');
    mkdirSync(path.dirname(hosted), { recursive: true });
    await gitAway(base, 'clone', '--quiet', '--bare', machine.at('acme'), hosted);
    await gitAway(hosted, 'config', 'http.receivepack', 'true');
    const url = `${server.url}/${name}.git`;
    await machine.run('registry', 'add', 'acme', url, '--id', id).succeeds();
    for (const plugin of ['base', 'hello']) await machine.run('plugin', 'init', `ada/${plugin}`).succeeds();
    await machine.run('publish', 'base').succeeds();
    await reader.run('init').succeeds();
    await reader.run('registry', 'add', 'acme', url, '--id', id).succeeds();
    return {
      machine,
      reader,
      hosted,
      folders: [machine, reader].map(({ home }) => path.dirname(home)).concat(hosted),
    };
  }

  it('publish', () =>
    walk(
      lanes,
      {
        args: ['publish', 'hello'],
        failsWith: { disk: 7, network: 5 },
        observe: (lane) => indexState(lane.machine, lane.hosted),
        judge: async (lane, { old, new: after, number }) => {
          const { machine, reader, hosted } = lane;
          assertEachOldOrNew(await indexState(machine, hosted), old, after);
          if (number % 2 === 0) await reader.run('add', 'ada/base').succeeds();
          const again = await machine.run('publish', 'hello').result;
          if (again.status !== 0) assert.match(again.stderr, /RELEASE_EXISTS/);
          assert.deepEqual(await indexState(machine, hosted), after);
          await reader.run('add', 'ada/hello').succeeds();
          await machine.run('doctor').succeeds();
        },
      },
      { disk: 4, network: 2 },
    ));

  it('registry checkpoint', async () => {
    const clone = ({ machine }: AuthorLane) => machine.at('clone');
    for (const lane of lanes) {
      await gitAway(lane.machine.project, 'clone', '--quiet', lane.hosted, 'clone');
      await gitAway(clone(lane), 'branch', '--quiet', 'published', 'origin/published');
    }
    await walk(
      lanes,
      {
        args: ['registry', 'checkpoint', '--index', 'clone'],
        failsWith: { disk: 7, network: 5 },
        observe: (lane) => indexState(lane.machine, clone(lane)),
        judge: async (lane, { old, new: after, number }) => {
          assertEachOldOrNew(await indexState(lane.machine, clone(lane)), old, after);
          if (number % 2 === 0) {
            const { sequence } = await lane.machine.json<{ sequence: number }>(
              ...['registry', 'checkpoint', '--index', 'clone'],
            );
            assert.ok(sequence >= after.trusted, `checkpoint ${sequence}`);
          }
          await gitAway(clone(lane), 'push', '--quiet', 'origin', 'main', 'published');
          await lane.reader.run('add', 'ada/base').succeeds();
        },
      },
      { disk: 6, network: 0 },
    );
  });
});

/** How far an index is: commits of its branches, and the checkpoint that its owner's machine has seen. */
interface IndexState {
  readonly main: number;
  readonly published: number;
  readonly trusted: number;
}

/** Refuses a repository that stock git finds damaged. */
async function indexState(owner: Machine, repository: string): Promise<IndexState> {
  await gitAway(repository, 'fsck', '--strict', '--no-dangling');
  const commits = async (branch: string) => Number(await gitAway(repository, 'rev-list', '--count', branch));
  const registries = path.join(owner.home, 'registries');
  const [id = ''] = readdirSync(registries);
  const state = JSON.parse(readFileSync(path.join(registries, id, 'trust', 'state.json'), 'utf8')) as {
    head: { sequence: number };
  };
  return {
    main: await commits('main'),
    published: await commits('published'),
    trusted: state.head.sequence,
  };
}

function assertEachOldOrNew(found: IndexState, old: IndexState, after: IndexState): void {
  for (const part of ['main', 'published', 'trusted'] as const)
    assert.ok(
      [old[part], after[part]].includes(found[part]),
      `${part} is at ${found[part]}, neither old nor new`,
    );
}
