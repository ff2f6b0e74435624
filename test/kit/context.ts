import { homePaths, type Context } from '../../src/context/index.js';
import type { TestClock } from './clock.js';

export interface TestContext extends Context {
  readonly warnings: string[];
  /** What was asked, in order. */
  readonly questions: string[];
}

/**
 * The outside world of an operation that runs in process.
 *
 * @param answer what a person at the terminal says to every question; undefined where nobody sits at one.
 */
export function testContext(
  folder: { readonly home: string; readonly cwd: string },
  clock: TestClock,
  answer?: boolean,
): TestContext {
  const warnings: string[] = [];
  const questions: string[] = [];
  return {
    clock,
    env: {},
    cwd: folder.cwd,
    home: homePaths(folder.home),
    prompts: {
      interactive: answer !== undefined,
      confirm: (question) => {
        questions.push(question);
        return Promise.resolve(answer === true);
      },
      password: () => Promise.reject(new Error('no password was expected')),
    },
    reporter: { step: () => undefined, warn: (text) => void warnings.push(text) },
    offline: false,
    signal: new AbortController().signal,
    conceal: () => undefined,
    warnings,
    questions,
  };
}
