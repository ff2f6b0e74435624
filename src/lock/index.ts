export { driftOf } from './drift.js';
export { emptyLockfile, formatLockfile, parseLockfile } from './lockfile.js';
