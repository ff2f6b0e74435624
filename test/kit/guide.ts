import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Machine } from './machine.js';
import type { Run } from './run.js';

/** A page of `docs/guides` whose commands a story follows, so that none is in it that does not work. */
export class Guide {
  readonly #file: string;
  readonly #lines: readonly string[];
  readonly #followed = new Set<string>();

  constructor(name: string) {
    this.#file = path.resolve(import.meta.dirname, '..', '..', 'docs', 'guides', name);
    const blocks = readFileSync(this.#file, 'utf8')
      .split('```')
      .filter((_, at) => at % 2 === 1);
    this.#lines = blocks.flatMap((block) => block.split('\n')).filter((line) => line.startsWith('udos '));
  }

  /**
   * Runs a command that stands on the page.
   *
   * @param meant what stands for what: the example's key for the one of the story.
   * @param more flags that the reader's own place calls for: the folder of the index, an answer.
   */
  follow(
    machine: Machine,
    line: string,
    more: readonly string[] = [],
    meant: Readonly<Record<string, string>> = {},
  ): Run {
    assert.ok(this.#lines.includes(line), `${this.#file} does not say: ${line}`);
    this.#followed.add(line);
    const [, ...words] = line.match(/"[^"]*"|\S+/g) ?? [];
    const args = words.map((word) => word.replaceAll('"', '')).map((word) => meant[word] ?? word);
    return machine.run(...args, ...more);
  }

  /** Proves that the story ran every command of the page. */
  assertFollowed(): void {
    assert.deepEqual(
      this.#lines.filter((line) => !this.#followed.has(line)),
      [],
    );
  }
}
