'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { Proc } = require('./proc.js');

/** The machine this runs on. Tests give another. */
function thisMachine() {
  return {
    os,
    proc: new Proc('/proc'),
    sleep,
    now: () => new Date(),
    isFolder: (name) => fs.statSync(name).isDirectory(),
    // Node.js below 18.15 has no statfs: then no disk is shown.
    statfs: (name) => fs.statfsSync?.(name) ?? null,
  };
}

const percent = (part, whole) => (whole > 0 ? Math.round((part / whole) * 1000) / 10 : 0);

/** Counters that only mean something against later ones. */
function readCounters({ os: system, proc }, { processes }) {
  const times = system.cpus().map(({ times: each }) => each);
  const sum = (pick) => times.reduce((all, each) => all + pick(each), 0);
  return {
    idle: sum((each) => each.idle),
    total: sum((each) => each.user + each.nice + each.sys + each.idle + each.irq),
    ticks: processes ? proc.readTicks() : null,
  };
}

/** Memory and swap in bytes; without /proc, caches count as used. */
function measureMemory({ os: system, proc }) {
  const known = proc.readMemory();
  const total = known?.total ?? system.totalmem();
  const available = known?.available ?? system.freemem();
  const swapTotal = known?.swapTotal ?? 0;
  return {
    memory: { total, available, percent: percent(total - available, total) },
    swap:
      swapTotal > 0
        ? { total: swapTotal, free: known.swapFree, percent: percent(swapTotal - known.swapFree, swapTotal) }
        : null,
  };
}

/** The disks of this machine, in bytes. `percent` is of what users may fill, as `df` counts. */
function measureDisks({ os: system, proc, statfs, isFolder }) {
  const home = system.homedir();
  const mounts = proc.readMounts() ?? [...new Set([path.parse(home).root, home])];
  const disks = [];
  for (const mount of mounts) {
    try {
      // In containers single files are mounted too, from a disk of the host.
      if (!isFolder(mount)) continue;
      const { bsize, blocks, bfree, bavail } = statfs(mount);
      if (blocks === 0) continue;
      const used = blocks - bfree;
      const disk = {
        mount,
        total: blocks * bsize,
        available: bavail * bsize,
        percent: percent(used, used + bavail),
      };
      const isKnown = disks.some((each) => each.total === disk.total && each.available === disk.available);
      if (!isKnown) disks.push(disk);
    } catch {
      // No right to look, or gone since.
    }
  }
  return disks;
}

/** Load averages of 1, 5 and 15 minutes; null on Windows, which has none. */
function measureLoad({ os: system }) {
  return system.platform() === 'win32' ? null : system.loadavg().map((load) => Math.round(load * 100) / 100);
}

/** The processes that used most between two readings; 100 % is one processor. Null where /proc is missing. */
function measureProcesses({ proc }, before, after, { top, sort }) {
  if (before === null || after === null) return null;
  const total = after.total - before.total;
  const all = [...after.processes].map(([key, { pid, name, ticks }]) => {
    const spent = Math.max(0, ticks - (before.processes.get(key)?.ticks ?? 0));
    return {
      pid,
      name,
      cpu: total > 0 ? percent(spent * after.processors, total) : 0,
      memory: proc.readProcessMemory(pid),
    };
  });
  const other = sort === 'cpu' ? 'memory' : 'cpu';
  return all.sort((a, b) => b[sort] - a[sort] || b[other] - a[other] || a.pid - b.pid).slice(0, top);
}

/**
 * One sample from counters read `before` and `after` some time.
 *
 * @param {{ top: number, sort: 'cpu' | 'memory' }} options `top` 0: no processes
 */
function measure(machine, before, after, options) {
  const total = after.total - before.total;
  const processors = machine.os.cpus().length;
  return {
    time: machine.now().toISOString(),
    cpu: {
      processors,
      percent: total > 0 ? percent(total - (after.idle - before.idle), total) : null,
    },
    load: measureLoad(machine),
    ...measureMemory(machine),
    disks: measureDisks(machine),
    uptime: Math.floor(machine.os.uptime()),
    processes: options.top > 0 ? measureProcesses(machine, before.ticks, after.ticks, options) : null,
  };
}

module.exports = { measure, measureDisks, measureLoad, measureMemory, readCounters, thisMachine };
