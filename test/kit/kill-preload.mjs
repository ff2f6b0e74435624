// Loaded into the built binary by the tests: the process is killed at its TEST_KILL_AT-th rename, before it happens.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

let left = Number(process.env.TEST_KILL_AT);
const countDown = () => {
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
};
for (const [owner, name] of [
  [fs.promises, 'rename'],
  [fs, 'rename'],
  [fs, 'renameSync'],
]) {
  const real = owner[name];
  owner[name] = (...args) => {
    countDown();
    return real.apply(owner, args);
  };
}
syncBuiltinESMExports();
