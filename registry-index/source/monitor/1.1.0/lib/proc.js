'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** Images that are full by nature, such as installed snaps and CDs. */
const READ_ONLY_IMAGES = new Set(['squashfs', 'iso9660', 'udf', 'erofs', 'cramfs', 'romfs']);

/**
 * What Linux tells in `/proc`. Every method gives null, or leaves an entry out, where a file is missing or not as expected:
 * other systems have none, containers hide some, processes end while they are read.
 */
class Proc {
  constructor(folder) {
    this.folder = folder;
  }

  #read(...parts) {
    try {
      return fs.readFileSync(path.join(this.folder, ...parts), 'utf8');
    } catch {
      return null;
    }
  }

  /** Bytes of memory and swap. `available` counts caches that can be given up; `free` alone does not. */
  readMemory() {
    const text = this.#read('meminfo');
    if (text === null) return null;
    const field = (name) => {
      const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
      return kibibytes === undefined ? null : Number(kibibytes) * 1024;
    };
    const total = field('MemTotal');
    const available = field('MemAvailable');
    if (total === null || available === null) return null;
    return { total, available, swapTotal: field('SwapTotal') ?? 0, swapFree: field('SwapFree') ?? 0 };
  }

  /** The folders where disks of this machine are mounted, one for each device. Network disks are left out: asking can hang. */
  readMounts() {
    const text = this.#read('self', 'mounts') ?? this.#read('mounts');
    if (text === null) return null;
    const shortest = new Map();
    for (const line of text.split('\n')) {
      const [device, escaped, type] = line.split(' ');
      if (type === undefined || READ_ONLY_IMAGES.has(type)) continue;
      const mount = escaped.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
      const isDisk = device.startsWith('/dev/') || type === 'zfs' || (type === 'overlay' && mount === '/');
      if (isDisk && !(shortest.get(device)?.length <= mount.length)) shortest.set(device, mount);
    }
    return [...shortest.values()].sort();
  }

  /** Processor time spent by all and by each process, in the kernel's ticks since the start. */
  readTicks() {
    const text = this.#read('stat');
    const all = text === null ? null : /^cpu +(\d+(?: \d+)*)/m.exec(text);
    if (all === null) return null;
    // Time of guests (fields 9 and 10) is part of the first two already.
    const total = all[1]
      .split(' ')
      .slice(0, 8)
      .reduce((sum, ticks) => sum + Number(ticks), 0);
    const processors = text.match(/^cpu\d+ /gm)?.length ?? 1;
    const processes = new Map();
    for (const pid of this.#pids()) {
      const process = this.#readProcess(pid);
      if (process !== null) processes.set(`${pid} since ${process.started}`, process);
    }
    return { total, processors, processes };
  }

  #pids() {
    try {
      return fs.readdirSync(this.folder).filter((name) => /^\d+$/.test(name));
    } catch {
      return [];
    }
  }

  #readProcess(pid) {
    const text = this.#read(pid, 'stat');
    // The name stands in parentheses and may itself hold spaces and parentheses.
    const open = text?.indexOf('(') ?? -1;
    const close = text?.lastIndexOf(')') ?? -1;
    if (open < 0 || close < open) return null;
    const fields = text
      .slice(close + 2)
      .trim()
      .split(' ');
    const [user, system, started] = [11, 12, 19].map((index) => Number(fields[index]));
    if (![user, system, started].every(Number.isFinite)) return null;
    return { pid: Number(pid), name: text.slice(open + 1, close), ticks: user + system, started };
  }

  /** Bytes of memory that a process holds; 0 for the kernel's own and for what cannot be read. */
  readProcessMemory(pid) {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(this.#read(String(pid), 'status') ?? '')?.[1];
    return kibibytes === undefined ? 0 : Number(kibibytes) * 1024;
  }
}

module.exports = { Proc };
