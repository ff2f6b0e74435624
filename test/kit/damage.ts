import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { homePaths, projectPaths } from '../../src/context/index.js';
import { examine, type DoctorResult } from '../../src/operations/doctor.js';
import type { Place } from '../../src/operations/steps/project.js';
import { testContext } from './context.js';
import type { Machine } from './machine.js';
import type { World } from './scenario.js';

/** One healthy machine that a suite damages again and again, and puts back as it was each time. */
export class DamagedMachine {
  readonly home;
  readonly paths;
  readonly #backup: string;

  constructor(
    readonly world: World,
    readonly machine: Machine = world.machine,
  ) {
    this.home = homePaths(machine.home);
    this.paths = projectPaths(machine.project);
    this.#backup = path.join(world.base, 'backup', path.basename(path.dirname(machine.home)));
  }

  /** What {@link restore} goes back to. */
  remember(): void {
    copyOver(this.machine.home, path.join(this.#backup, 'home'));
    copyOver(this.machine.project, path.join(this.#backup, 'project'));
  }

  restore(): void {
    copyOver(path.join(this.#backup, 'home'), this.machine.home);
    copyOver(path.join(this.#backup, 'project'), this.machine.project);
  }

  get trust(): string {
    return this.home.registry(this.world.registry('main').id).trust;
  }

  /** What `udos doctor` says, in process. */
  examine(place: Place = {}): Promise<DoctorResult> {
    const { machine, world } = this;
    return examine(testContext({ home: machine.home, cwd: machine.project }, world.clock), place);
  }

  /** Runs the commands that stand in backticks in a fix, one after the other. */
  async follow(fix: string): Promise<void> {
    const commands = [...fix.matchAll(/`([^`]+)`/g)].map(([, command = '']) => command);
    if (commands.length === 0) throw new Error(`No command in: ${fix}`);
    for (const command of commands) {
      if (!command.startsWith('udos ')) {
        execFileSync('sh', ['-c', command], { cwd: this.machine.project });
        continue;
      }
      const words = execFileSync('sh', ['-c', `printf '%s\\n' ${command}`])
        .toString()
        .trim()
        .split('\n');
      const url = this.world.url('main', 'plain folder');
      await this.machine.run(...words.slice(1).map((word) => (word === 'URL' ? url : word))).succeeds();
    }
  }
}

/** Every file below `folder`. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

function copyOver(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}
