import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { homePaths } from '../../src/context/index.js';
import type { TestClock } from './clock.js';
import type { LimitedProcess } from './limited-process.js';
import { runHere, runProcess, Run } from './run.js';
import { changedNames, readHeadHash, readTrustState } from './trust-state.js';

/** What of a machine must not have moved. */
export type Part = 'lockfile' | 'project' | 'installed' | 'store' | 'trust' | 'receipts';

/** A person's computer: a home and a project of its own, on which the built command line runs. */
export class Machine {
  readonly home: string;
  readonly project: string;
  /** Set for every command until changed. */
  readonly environment: Record<string, string> = {};
  readonly #clock: TestClock;
  #before = new Map<Part, string>();
  #trustBefore: ReadonlyMap<string, string> = new Map();
  #preload: string | undefined;
  #limited: LimitedProcess | undefined;

  constructor(base: string, clock: TestClock) {
    this.home = path.join(base, 'home');
    this.project = path.join(base, 'project');
    this.#clock = clock;
    mkdirSync(this.project, { recursive: true });
  }

  at(...parts: readonly string[]): string {
    return path.join(this.project, ...parts);
  }

  /** Loads a script into every command from now on; none to stop that. */
  preload(script?: string): void {
    this.#preload = script;
  }

  /** Lets {@link run} go through a process that ends what takes too long. */
  limitTo(limited: LimitedProcess): this {
    this.#limited = limited;
    return this;
  }

  /** Lets the ten seconds pass after which the lock of a dead process counts no more. */
  expireLocks(): void {
    // A day, as the clock of a world may lie behind the system's.
    const past = new Date(Date.now() - 24 * 60 * 60 * 1000);
    for (const folder of [this.home, this.project]) {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (entry.name.endsWith('.lock')) utimesSync(path.join(entry.parentPath, entry.name), past, past);
      }
    }
  }

  /** Changes one byte of every artifact in the store. */
  alterStore(): void {
    const store = path.join(this.home, 'store');
    for (const entry of readdirSync(store, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      const bytes = readFileSync(file);
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      chmodSync(file, 0o644);
      writeFileSync(file, bytes);
    }
  }

  /** Files of this machine that hold `text`. */
  filesHolding(text: string): string[] {
    return [this.home, this.project].flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
        .filter((file) => !file.includes(`${path.sep}.git${path.sep}`) && readFileSync(file).includes(text)),
    );
  }

  /** The names of what lies in a folder of this machine. */
  filesBelow(folder: string): string[] {
    return readdirSync(folder).sort();
  }

  /** Every file and folder at the top of the project. */
  list(): string[] {
    return readdirSync(this.project).sort();
  }

  write(file: string, text: string): void {
    writeFileSync(this.at(file), text);
  }

  /** Takes over files of another machine's project, as a colleague does who clones it. Places on disk stay reachable. */
  copyFrom(other: Machine, ...files: readonly string[]): void {
    for (const file of files) copyFileSync(other.at(file), this.at(file));
  }

  /** Becomes what another machine is, to the last file: its home, and its project. */
  becomeCopyOf(other: Machine): void {
    cpSync(other.home, this.home, { recursive: true });
    cpSync(other.project, this.project, { recursive: true });
    this.#takeOver(other.project);
  }

  /** What is installed is known by the project's place. */
  #takeOver(place: string): void {
    const home = homePaths(this.home);
    for (const [from, to] of [
      [home.receipts(place), home.receipts(this.project)],
      [home.history(place), home.history(this.project)],
    ] as const) {
      if (!existsSync(from)) continue;
      renameSync(from, to);
      for (const file of readdirSync(to).map((name) => path.join(to, name))) {
        const text = readFileSync(file, 'utf8');
        writeFileSync(file, text.replaceAll(JSON.stringify(place), JSON.stringify(this.project)));
      }
    }
  }

  read(...parts: readonly string[]): string {
    return readFileSync(this.at(...parts), 'utf8');
  }

  /** Notes what everything looks like, for {@link expectUnchanged} after something else than a command. */
  noteState(): void {
    this.#before = new Map(parts.map((part) => [part, this.#hash(part)]));
    this.#trustBefore = readTrustState(this.home);
  }

  /**
   * Runs udos in the project, after noting what everything looked like: the built command line, in this process unless a
   * script or what else Node takes from the environment has to be loaded before it. TEST_PROCESSES=every starts the binary
   * for each command instead.
   */
  run(...args: readonly string[]): Run {
    const isForNode = Object.keys(this.environment).some((name) => name.startsWith('NODE_'));
    const isApart = this.#preload !== undefined || isForNode || process.env.TEST_PROCESSES === 'every';
    if (isApart) return this.start(...args);
    this.noteState();
    const [cwd, env] = [this.project, this.#environment()];
    if (this.#limited === undefined) return new Run(args, runHere(args, cwd, env, this.#clock));
    const now = this.#clock.now().toISOString();
    return new Run(args, this.#limited.run({ args, cwd, env, now }));
  }

  /** The same as {@link run}, always as a process of its own. */
  start(...args: readonly string[]): Run {
    this.noteState();
    const environment = { ...this.#clock.environment(this.#preload), ...this.#environment() };
    return new Run(args, runProcess(args, this.project, environment));
  }

  /** A command's answer under `--json`. */
  async json<T = unknown>(...args: readonly string[]): Promise<T> {
    const result = await this.run(...args, '--json').succeeds();
    return JSON.parse(result.stdout) as T;
  }

  /** Proves that the last command left these parts byte for byte as they were. */
  expectUnchanged(...unchanged: readonly Part[]): void {
    for (const part of unchanged) assert.equal(this.#hash(part), this.#before.get(part), `${part} changed`);
  }

  /** The names of all that the last command made this machine believe otherwise; see {@link readTrustState}. */
  movedTrust(): string[] {
    return changedNames(this.#trustBefore, readTrustState(this.home));
  }

  /** The hash of the head that this machine believes of a registry. */
  headOf(registry: string): string | undefined {
    return readHeadHash(this.home, registry);
  }

  /** Every file below the installed plugins, by path, as one hash. */
  installedHash(): string {
    return this.#hash('installed');
  }

  #environment(): Record<string, string> {
    return {
      PATH: process.env.PATH ?? '',
      HOME: path.dirname(this.home),
      UDOS_HOME: this.home,
      LC_ALL: 'C.UTF-8',
      ...this.environment,
    };
  }

  #hash(part: Part): string {
    const places: Record<Part, string[]> = {
      lockfile: [this.at('udos-lock.json')],
      project: [this.at('udos.json')],
      installed: [this.at('usr')],
      store: [path.join(this.home, 'store')],
      trust: registryFolders(this.home, 'trust'),
      receipts: [path.join(this.home, 'receipts')],
    };
    return hashPlaces(places[part], ignored[part] ?? (() => false));
  }
}

const parts: readonly Part[] = ['lockfile', 'project', 'installed', 'store', 'trust', 'receipts'];

/** A failed check may keep evidence, and index files by their own hash; neither is trust. */
function isEvidenceOrCache(file: string): boolean {
  return file.includes(`${path.sep}evidence`) || file.includes(`${path.sep}objects`);
}

/** A folder of the store that holds nothing is nothing. */
function isEmptyFolder(file: string): boolean {
  return statSync(file).isDirectory() && readdirSync(file).length === 0;
}

const ignored: Partial<Record<Part, (file: string) => boolean>> = {
  trust: isEvidenceOrCache,
  store: isEmptyFolder,
};

function registryFolders(home: string, below: string): string[] {
  const registries = path.join(home, 'registries');
  try {
    return readdirSync(registries).map((id) => path.join(registries, id, below));
  } catch {
    return [];
  }
}

function hashPlaces(places: readonly string[], ignore: (file: string) => boolean): string {
  const hash = createHash('sha256');
  const visit = (file: string, name: string): void => {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats === undefined || ignore(file)) return;
    hash.update(`${name}\0${stats.mode}\0`);
    if (stats.isSymbolicLink()) hash.update(readlinkSync(file));
    else if (stats.isFile()) hash.update(readFileSync(file));
    else if (stats.isDirectory())
      for (const entry of readdirSync(file).sort()) visit(path.join(file, entry), `${name}/${entry}`);
  };
  for (const place of places) visit(place, path.basename(place));
  return hash.digest('hex');
}
