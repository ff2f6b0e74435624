import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { ErrorCode, UdosError } from '../../src/errors/index.js';
import { layout } from '../../src/model/index-layout.js';
import { sha256Hex } from '../../src/primitives/crypto/index.js';
import { assertRefusal, refusalIn, type Because, type Refusal } from './because.js';
import { failureOf, InProcess } from './in-process.js';
import type { Machine, Part } from '../kit/machine.js';
import type { Result } from '../kit/run.js';
import type { TrustPart } from '../kit/trust-state.js';
import { scenario, type SourceKind, type World } from '../kit/scenario.js';
import { TestRegistry, type CheckpointOptions } from '../kit/test-registry.js';

/** All that an attack may not move. Evidence of it may be kept. */
export const everything = [
  'lockfile',
  'project',
  'installed',
  'store',
  'trust',
  'receipts',
] as const satisfies readonly Part[];

/** What a refused command may have moved: files of the store, and what is believed, each by its full name. */
export type Moved = 'store' | TrustPart | `${TrustPart}/${string}`;

/** A newer head that its key has signed is accepted, whatever is wrong below it. */
export const aHead = ['trust/head', 'trust/time'] as const satisfies readonly Moved[];

/** The first root of a machine that has never seen the registry. */
export const aRoot = ['trust/roots', 'trust/roots/1'] as const satisfies readonly Moved[];

/** What such a machine learns before it reads a publisher. */
export const firstContact = [...aRoot, ...aHead] as const satisfies readonly Moved[];

interface StageOptions {
  /** The ways the victims reach the registry; the first is what an attack goes over unless it says otherwise. */
  readonly kinds?: readonly SourceKind[];
  /** What else stands in the registry before anybody reads it. */
  readonly story?: (registry: TestRegistry) => Promise<unknown>;
}

interface RefusalOptions {
  readonly kind?: SourceKind;
  /** By default a machine that has seen all honest states. */
  readonly victim?: Machine;
  /** All that moves though the command is refused: a root that was good before something else was not. */
  readonly moves?: readonly Moved[];
  /** How the honest state comes back; by default the registry stands as it stood before the attack. */
  readonly recover?: () => Promise<unknown>;
}

/**
 * Where attacks are tried. The registry `main` has gone through three checkpoints: 1 lists ada/notes 1.0.0, 2 is the same, and
 * 3 lists 1.1.0 too. A victim has installed 1.0.0 and has seen checkpoint 3, so that `update` has something to do.
 * Every attack begins from there, with a machine of its own.
 */
export class Stage {
  world!: World;
  readonly #kinds: readonly SourceKind[];
  readonly #prepared = new Map<SourceKind, Machine>();
  #machines = 0;
  #restore!: () => Promise<void>;

  constructor({ kinds = ['plain folder'], story = () => Promise.resolve() }: StageOptions = {}) {
    this.#kinds = kinds;
    before(() => this.#prepare(story));
    after(() => this.world.end());
    let begin: Date;
    beforeEach(() => {
      begin = this.world.clock.now();
    });
    afterEach(async () => {
      this.world.clock.set(begin.toISOString());
      this.world.staticServer.answerWith(undefined);
      this.world.gitServer.fault = undefined;
      await this.#restore();
    });
  }

  get registry(): TestRegistry {
    return this.world.registry('main');
  }

  /** A machine that has installed ada/notes 1.0.0 and has seen the newest honest state. */
  victim(kind: SourceKind = this.#firstKind()): Machine {
    const prepared = this.#prepared.get(kind);
    if (prepared === undefined) throw new Error(`no machine reads over a ${kind} here`);
    const victim = this.#newMachine();
    victim.becomeCopyOf(prepared);
    return victim;
  }

  /** A colleague's: the committed files, and nothing seen yet. */
  newcomer(kind: SourceKind = this.#firstKind()): Machine {
    const newcomer = this.#newMachine();
    newcomer.copyFrom(this.victim(kind), 'udos.json', 'udos-lock.json');
    return newcomer;
  }

  /**
   * Proves that a command is refused with `code` for the reason that the story is about, that nothing moved but `moves`, and
   * that the machine was not left stuck: once the honest state is back, the same command succeeds.
   */
  async refuses(
    code: ErrorCode,
    because: Because,
    args: readonly [string, ...string[]],
    options: RefusalOptions = {},
  ): Promise<Result & Refusal> {
    const { victim = this.victim(options.kind), moves = [], recover = () => this.#restore() } = options;
    const result = await victim.run(...args, '--json').failsWith(code);
    const refusal = refusalIn(result);
    assertRefusal(refusal, code, because);
    await this.#expectMoved(victim, moves);
    await recover();
    await this.#inProcess(victim).run(...args);
    return { ...result, ...refusal };
  }

  /** Proves the same without the start of a process and without what comes after: for one of many attacks of a kind. */
  async refusesInProcess(
    code: ErrorCode,
    because: Because,
    args: readonly [string, ...string[]],
    { victim = this.victim(), moves = [] }: Pick<RefusalOptions, 'victim' | 'moves'> = {},
  ): Promise<UdosError> {
    victim.noteState();
    const error = await failureOf(this.#inProcess(victim).run(...args));
    assertRefusal(error, code, because);
    await this.#expectMoved(victim, moves);
    return error;
  }

  /** The owner goes on, and a victim sees it. What it answers is for {@link refuses}. */
  async goOn(
    step: (registry: TestRegistry) => Promise<unknown>,
    options: CheckpointOptions = {},
  ): Promise<{ victim: Machine; recover: () => Promise<void> }> {
    this.world.clock.advanceDays(1);
    await step(this.registry);
    await this.registry.checkpoint(options);
    const victim = this.victim();
    await this.#inProcess(victim).run('info', 'ada/notes');
    return { victim, recover: await this.registry.mark() };
  }

  /** A registry of somebody else, in which ada has the same key and the same plugin. */
  async anotherRegistry(): Promise<TestRegistry> {
    rmSync(path.join(this.world.base, 'other'), { recursive: true, force: true });
    const other = await TestRegistry.create(path.join(this.world.base, 'other'), 'other', this.world.clock);
    await other.publisher('ada');
    await other.publish('ada/notes', '1.0.0');
    await other.publish('ada/notes', '1.1.0');
    return other.checkpoint();
  }

  /** Everything is as it was, byte for byte, but for `moves`; all of those did move, a head only to the one that is served. */
  async #expectMoved(victim: Machine, moves: readonly Moved[]): Promise<void> {
    const still = everything.filter(
      (part) => part !== 'trust' && !(part === 'store' && moves.includes(part)),
    );
    victim.expectUnchanged(...still);
    const moved = victim.movedTrust();
    assert.deepEqual(moved, moves.filter((name) => name !== 'store').sort(), 'what is believed');
    if (!moved.includes('trust/head')) return;
    const served = await this.registry.bytes(layout.checkpoint, this.registry.published);
    assert.equal(victim.headOf(this.registry.id), sha256Hex(served), 'the head that is believed');
  }

  #inProcess(machine: Machine): InProcess {
    return new InProcess(machine, this.world.clock);
  }

  #firstKind(): SourceKind {
    return this.#kinds[0] ?? 'plain folder';
  }

  #newMachine(): Machine {
    this.#machines += 1;
    return this.world.newMachine(`victim-${this.#machines}`);
  }

  async #prepare(story: (registry: TestRegistry) => Promise<unknown>): Promise<void> {
    this.world = await scenario()
      .registry('main', async (registry) => {
        await registry.publisher('ada');
        await registry.publisher('bob');
        await registry.publish('bob/base', '1.0.0');
        await registry.publish('ada/notes', '1.0.0');
        await story(registry);
      })
      .build();
    this.world.clock.advanceDays(1);
    await this.registry.checkpoint();
    for (const kind of this.#kinds) {
      const machine = this.#newMachine();
      const victim = this.#inProcess(machine);
      await victim.begin({ alias: 'main', url: this.world.url('main', kind), id: this.registry.id });
      await victim.run('add', 'ada/notes');
      this.#prepared.set(kind, machine);
    }
    this.world.clock.advanceDays(1);
    await this.registry.publish('ada/notes', '1.1.0');
    await this.registry.checkpoint();
    for (const machine of this.#prepared.values()) await this.#inProcess(machine).run('info', 'ada/notes');
    this.world.clock.advanceDays(1);
    this.#restore = await this.registry.mark();
  }
}
