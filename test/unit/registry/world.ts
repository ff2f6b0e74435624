import { Client } from '../../kit/client.js';
import { TestClock } from '../../kit/clock.js';
import { makeSandbox, type Sandbox } from '../../kit/git-cli.js';
import { TestRegistry } from '../../kit/test-registry.js';

export interface World {
  clock: TestClock;
  /** Has the publisher ada and ada/notes 1.0.0, in checkpoint 1. */
  registry: TestRegistry;
  /** Has read nothing yet. */
  client: Client;
  sandbox: Sandbox;
  /** One more machine that has read nothing yet. */
  newClient(): Client;
}

/** The same registry and a fresh machine for every test of the suite it is called in. */
export function registryWorld(): World {
  const world = { newClient: () => new Client(world.registry, world.clock) } as World;
  let restore: () => Promise<void>;
  before(async () => {
    world.sandbox = makeSandbox();
    world.clock = new TestClock();
    world.registry = await TestRegistry.create(world.sandbox.folder, 'main', world.clock);
    await world.registry.publisher('ada');
    await world.registry.publish('ada/notes', '1.0.0');
    await world.registry.checkpoint();
    restore = await world.registry.mark();
  });
  beforeEach(async () => {
    world.clock.set('2026-11-24T08:00:00Z');
    await restore();
    world.client = world.newClient();
  });
  after(() => {
    world.sandbox.remove();
  });
  return world;
}
