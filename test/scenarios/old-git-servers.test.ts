import assert from 'node:assert/strict';
import path from 'node:path';
import { startGitServer, type GitServer } from '../kit/git-server.js';
import type { Machine } from '../kit/machine.js';
import { scenario, type World } from '../kit/scenario.js';

describe('a git server', () => {
  let world: World;
  let server: GitServer | undefined;

  before(async () => {
    world = await scenario()
      .today()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publish('ada/notes', '1.0.0');
      })
      .build();
  });
  afterEach(() => server?.close());
  after(() => world.end());

  const folder = () => path.dirname(world.registry('main').repository);
  /** A machine that knows the registry on `git`, and what adding it said. */
  async function machineOn(name: string, git: GitServer): Promise<{ machine: Machine; said: string }> {
    const machine = world.newMachine(name);
    await machine.run('init').succeeds();
    const url = `${git.url}/main.git`;
    const added = machine.run('registry', 'add', 'main', url, '--id', world.registry('main').id);
    return { machine, said: (await added.succeeds()).stderr };
  }

  it('that hands out whole branches only is read whole, and that is said once', async () => {
    server = await startGitServer(folder(), { filters: false });
    const { machine, said } = await machineOn('whole', server);
    assert.match(said, /hands out whole branches only/);

    const { stderr } = await machine.run('add', 'ada/notes').succeeds();
    assert.doesNotMatch(stderr, /whole branches/);
    await machine.run('verify').succeeds();
  });

  it('that was exchanged for an older one is asked in the older way', async () => {
    server = await startGitServer(folder());
    const { machine } = await machineOn('exchanged', server);
    const { port } = new URL(server.url);
    await server.close();
    server = await startGitServer(folder(), { port: Number(port), protocol: 1 });
    await machine.run('add', 'ada/notes').succeeds();
  });
});
