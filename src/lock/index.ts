export { driftOf } from './drift.js';
export { emptyLockfile, formatLockfile, lockfileName, parseLockfile } from './lockfile.js';
