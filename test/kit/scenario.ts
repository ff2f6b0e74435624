import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TestClock } from './clock.js';
import { startGitServer, type GitServer, type GitServerOptions } from './git-server.js';
import { Machine, type Part } from './machine.js';
import type { Run } from './run.js';
import { startStaticServer, type StaticServer } from './static-server.js';
import { TestRegistry } from './test-registry.js';

/** The ways an index can be reached. */
export const sourceKinds = [
  'git over http',
  'local repository',
  'plain folder',
  'static web server',
] as const;
export type SourceKind = (typeof sourceKinds)[number];

type RegistryStory = (registry: TestRegistry) => Promise<unknown>;

/**
 * Begins a world: registries with genuine keys and archives, real servers on loopback, and machines that run the built
 * binary. Defaults are valid; a test says only what differs.
 */
export function scenario(): Scenario {
  return new Scenario();
}

class Scenario {
  readonly #stories: { alias: string; story: RegistryStory }[] = [];
  #gitOptions: GitServerOptions = {};
  #clock = new TestClock();

  /** A registry, and what is in it when it gets its first checkpoint. */
  registry(alias: string, story: RegistryStory): this {
    this.#stories.push({ alias, story });
    return this;
  }

  /** For stories in which the system's own times matter, as those of locks do. */
  today(): this {
    this.#clock = TestClock.today();
    return this;
  }

  gitServer(options: GitServerOptions): this {
    this.#gitOptions = options;
    return this;
  }

  async build(): Promise<World> {
    const base = mkdtempSync(path.join(tmpdir(), 'udos-world-'));
    const clock = this.#clock;
    const registries = new Map<string, TestRegistry>();
    for (const { alias, story } of this.#stories) {
      const registry = await TestRegistry.create(base, alias, clock);
      await story(registry);
      await registry.checkpoint();
      registries.set(alias, registry);
    }
    const gitServer = await startGitServer(path.join(base, 'git'), this.#gitOptions);
    const staticServer = await startStaticServer(path.join(base, 'static'));
    return new World(base, clock, registries, gitServer, staticServer);
  }
}

/** Everything a story plays in. The first machine is there from the start. */
export class World {
  readonly machine: Machine;

  constructor(
    readonly base: string,
    readonly clock: TestClock,
    readonly registries: ReadonlyMap<string, TestRegistry>,
    readonly gitServer: GitServer,
    readonly staticServer: StaticServer,
  ) {
    this.machine = this.newMachine('first');
  }

  newMachine(name: string): Machine {
    return new Machine(path.join(this.base, 'machines', name), this.clock);
  }

  registry(alias: string): TestRegistry {
    const registry = this.registries.get(alias);
    if (registry === undefined) throw new Error(`no registry ${alias} in this world`);
    return registry;
  }

  /** Where a registry is reached. */
  url(alias: string, kind: SourceKind): string {
    const registry = this.registry(alias);
    switch (kind) {
      case 'git over http':
        return `${this.gitServer.url}/${alias}.git`;
      case 'local repository':
        return registry.repository;
      case 'plain folder':
        return registry.folder;
      case 'static web server':
        return `${this.staticServer.url}${alias}`;
    }
  }

  /** A project on the first machine that knows a registry. */
  async begin(alias = 'main', kind: SourceKind = 'plain folder', machine = this.machine): Promise<void> {
    await machine.run('init').succeeds();
    await machine
      .run('registry', 'add', alias, this.url(alias, kind), '--id', this.registry(alias).id)
      .succeeds();
  }

  run(...args: readonly string[]): Run {
    return this.machine.run(...args);
  }

  expectUnchanged(...parts: readonly Part[]): void {
    this.machine.expectUnchanged(...parts);
  }

  async end(): Promise<void> {
    await this.gitServer.close();
    await this.staticServer.close();
    rmSync(this.base, { recursive: true, force: true });
  }
}
