'use strict';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const HIDDEN = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

const HIDDEN_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Names of processes and folders, with a `?` for what could drive a terminal or reorder the line. */
const safe = (text) => text.replace(HIDDEN, '?');

/** JSON that says the same and can go to a terminal: what it would leave as it is and a terminal would act on is escaped. */
function json(value, indent) {
  return JSON.stringify(value, null, indent).replace(
    HIDDEN_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function bytes(count) {
  let unit = 0;
  let value = count;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

function duration(seconds) {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  return days > 0
    ? `${days} d ${hours} h ${minutes} min`
    : hours > 0
      ? `${hours} h ${minutes} min`
      : `${minutes} min`;
}

const share = (value) => (value === null ? 'n/a' : `${value.toFixed(1)} %`).padStart(7);
const loads = (load) => (load === null ? 'n/a' : load.map((each) => each.toFixed(2)).join(' '));

/** A sample as a page of text. */
function page({ cpu, load, memory, swap, disks, uptime, processes }) {
  const lines = [
    `cpu     ${share(cpu.percent)}  of ${cpu.processors}`,
    `load     ${loads(load)}`,
    `memory  ${share(memory.percent)}  ${bytes(memory.available)} available of ${bytes(memory.total)}`,
  ];
  if (swap !== null)
    lines.push(`swap    ${share(swap.percent)}  ${bytes(swap.free)} free of ${bytes(swap.total)}`);
  for (const { mount, percent, available, total } of disks)
    lines.push(`disk    ${share(percent)}  ${safe(mount)}: ${bytes(available)} available of ${bytes(total)}`);
  lines.push(`uptime   ${duration(uptime)}`);
  if (processes !== null && processes.length > 0) {
    lines.push('', '    pid      cpu    memory  process');
    for (const { pid, cpu: used, memory: held, name } of processes)
      lines.push(`${String(pid).padStart(7)}  ${share(used)}  ${bytes(held).padStart(8)}  ${safe(name)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A sample as one line: the fullest disk stands for all. */
function line({ time, cpu, load, memory, disks }) {
  const fullest = [...disks].sort((a, b) => b.percent - a.percent)[0];
  const disk = fullest === undefined ? '' : `  disk ${share(fullest.percent)} ${safe(fullest.mount)}`;
  const first = load === null ? 'n/a' : load[0].toFixed(2);
  return `${time.slice(0, 19)}Z  cpu ${share(cpu.percent)}  load ${first.padStart(5)}  memory ${share(memory.percent)}${disk}\n`;
}

module.exports = { bytes, duration, json, line, page, safe };
