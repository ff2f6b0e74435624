import { homePaths, type Context } from '../../src/context/index.js';

/** Somebody in the folder `cwd` whose state lies in `home`: no terminal, an empty environment, the real clock. */
export function contextAt(cwd: string, home: string): Context {
  return {
    clock: { now: () => new Date() },
    env: {},
    cwd,
    home: homePaths(home),
    prompts: {
      interactive: false,
      confirm: () => Promise.resolve(true),
      password: () => Promise.resolve('pw'),
    },
    reporter: { step: () => undefined, warn: () => undefined },
    offline: false,
    signal: new AbortController().signal,
  };
}
