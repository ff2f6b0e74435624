import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** A clock that stands still until a test moves it; the built binary sees the same time. */
export class TestClock {
  #now: Date;
  #isToday = false;

  /**
   * The time of the tests themselves. Until a test moves it, the built binary has the system's own clock, so that all of its
   * processes agree about how old a lock is.
   */
  static today(): TestClock {
    const clock = new TestClock(new Date());
    clock.#isToday = true;
    return clock;
  }

  constructor(now = new Date('2026-11-24T08:00:00Z')) {
    this.#now = now;
  }

  now(): Date {
    return this.#now;
  }

  set(now: string): void {
    this.#now = new Date(now);
    this.#isToday = false;
  }

  advanceDays(days: number): void {
    this.#now = new Date(this.#now.getTime() + days * 24 * 60 * 60 * 1000);
    this.#isToday = false;
  }

  /** A clock that begins at this one's time and goes on, as that of a command does. */
  goingOn(): () => Date {
    const offset = this.#isToday ? 0 : this.#now.getTime() - Date.now();
    return () => new Date(Date.now() + offset);
  }

  /** What makes a child of Node begin at this clock's time. */
  environment(alsoLoad?: string): Record<string, string> {
    const clock = pathToFileURL(path.join(import.meta.dirname, 'clock-preload.mjs')).href;
    const loaded = [...(this.#isToday ? [] : [clock]), ...(alsoLoad === undefined ? [] : [alsoLoad])];
    return {
      NODE_OPTIONS: loaded.map((script) => `--import=${script}`).join(' '),
      TEST_CLOCK: String(this.#now.getTime()),
    };
  }
}
