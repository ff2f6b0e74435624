import { Worker } from 'node:worker_threads';
import { TestClock } from './clock.js';
import type { LimitedRequest } from './limited-process.js';
import { runHere } from './run.js';

/**
 * The process of {@link LimitedProcess}. A second thread looks at the CPU time of the first one, which a slow pattern keeps from
 * looking itself, and ends the process.
 */
const [limitMs = ''] = process.argv.slice(2);
const isBusy = new Int32Array(new SharedArrayBuffer(4));
new Worker(
  `const { workerData: { isBusy, limitMs } } = require('node:worker_threads');
  const spent = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
  let start;
  setInterval(() => {
    if (Atomics.load(isBusy, 0) === 0) start = undefined;
    else if (start === undefined) start = spent();
    else if (spent() - start > limitMs) process.kill(process.pid, 'SIGKILL');
  }, 20);`,
  { eval: true, workerData: { isBusy, limitMs: Number(limitMs) } },
).unref();

process.on('message', (request: LimitedRequest) => {
  void answer(request).then((result) => process.send?.(result));
});

async function answer({ args, cwd, env, now }: LimitedRequest) {
  const clock = new TestClock();
  clock.set(now);
  Atomics.store(isBusy, 0, args.includes('--version') ? 0 : 1);
  try {
    if (args[0] === 'spin') return /^(a+)+$/.exec(`${'a'.repeat(60)}!`);
    return await runHere(args, cwd, env, clock);
  } finally {
    Atomics.store(isBusy, 0, 0);
  }
}
