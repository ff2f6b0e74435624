'use strict';

const { safe } = require('./format.js');
const { measureDisks, measureLoad, measureMemory } = require('./measure.js');

/**
 * Holds what the machine does against limits; a value that equals its limit is within it. What cannot be measured is never
 * taken for good: its `value` and `ok` are null.
 *
 * @param {{ load?: number, memory?: number, disk?: number }} limits load: the average of one minute; the others: percent
 * @returns {{ what: string, value: number | null, limit: number, ok: boolean | null }[]} one for each limit, and for each disk
 */
function check(machine, limits) {
  const results = [];
  const hold = (what, value, limit) =>
    results.push({ what, value, limit, ok: value === null ? null : value <= limit });
  if (limits.load !== undefined) hold('load', measureLoad(machine)?.[0] ?? null, limits.load);
  if (limits.memory !== undefined) hold('memory', measureMemory(machine).memory.percent, limits.memory);
  if (limits.disk !== undefined) {
    const disks = measureDisks(machine);
    if (disks.length === 0) hold('disk', null, limits.disk);
    for (const { mount, percent } of disks) hold(`disk ${mount}`, percent, limits.disk);
  }
  return results;
}

/** A result as a line for people. */
function describe({ what, value, limit, ok }) {
  const name = safe(what);
  const unit = what === 'load' ? '' : ' %';
  if (ok === null) return `UNKNOWN  ${name} cannot be measured here (limit ${limit}${unit})\n`;
  return `${ok ? 'OK      ' : 'ABOVE   '} ${name} ${value}${unit} (limit ${limit}${unit})\n`;
}

/** 1 when something is above its limit, else 3 when something is unknown, else 0. */
function exitCodeOf(results) {
  if (results.some(({ ok }) => ok === false)) return 1;
  return results.some(({ ok }) => ok === null) ? 3 : 0;
}

module.exports = { check, describe, exitCodeOf };
