import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** A clock that stands still until a test moves it; the built binary sees the same time. */
export class TestClock {
  #now: Date;

  constructor(now = new Date('2026-11-24T08:00:00Z')) {
    this.#now = now;
  }

  now(): Date {
    return this.#now;
  }

  set(now: string): void {
    this.#now = new Date(now);
  }

  advanceDays(days: number): void {
    this.#now = new Date(this.#now.getTime() + days * 24 * 60 * 60 * 1000);
  }

  /** What makes a child of Node begin at this clock's time. */
  environment(alsoLoad?: string): Record<string, string> {
    const preload = pathToFileURL(path.join(import.meta.dirname, 'clock-preload.mjs')).href;
    const also = alsoLoad === undefined ? '' : ` --import=${alsoLoad}`;
    return { NODE_OPTIONS: `--import=${preload}${also}`, TEST_CLOCK: String(this.#now.getTime()) };
  }
}
