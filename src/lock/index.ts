export { diffLockfiles, type LockDifference } from './diff.js';
export { driftOf } from './drift.js';
export { emptyLockfile, formatLockfile, parseLockfile } from './lockfile.js';
export { mergeLockfiles } from './merge.js';
