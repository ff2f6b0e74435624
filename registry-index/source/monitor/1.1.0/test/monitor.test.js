'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, beforeEach, describe, it } = require('node:test');
const monitor = require('../index.js');
const { bytes, duration } = require('../lib/format.js');
const { Proc } = require('../lib/proc.js');

const GIB = 1024 ** 3;
const box = fs.mkdtempSync(path.join(os.tmpdir(), 'udos-monitor-'));
after(() => fs.rmSync(box, { recursive: true, force: true }));

let proc;
beforeEach(() => {
  proc = fs.mkdtempSync(path.join(box, 'proc-'));
});

function write(name, ...lines) {
  const file = path.join(proc, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${lines.join('\n')}\n`);
}

function writeProcess(pid, name, ticks, { kibibytes = 0, started = 1 } = {}) {
  const fields = ['S', ...Array(10).fill(0), ticks, 0, 0, 0, 0, 0, 0, 0, started, 0];
  write(`${pid}/stat`, `${pid} (${name}) ${fields.join(' ')}`);
  write(`${pid}/status`, `Name:\tx`, `VmRSS:\t   ${kibibytes} kB`);
}

/** A Linux machine of two processors that are busy 30 of 100 ms between any two readings. */
function machine({ platform = 'linux', onSleep = () => {}, disks = {} } = {}) {
  let readings = 0;
  const processor = () => ({
    times: { user: 20 * readings, nice: 0, sys: 10 * readings, idle: 70 * readings, irq: 0 },
  });
  return {
    os: {
      cpus() {
        readings += 1;
        return [processor(), processor()];
      },
      platform: () => platform,
      loadavg: () => [1.234, 0.5, 0.25],
      totalmem: () => 8 * GIB,
      freemem: () => 2 * GIB,
      homedir: () => path.join(path.sep, 'home'),
      uptime: () => 90_061.9,
    },
    proc: new Proc(proc),
    sleep: async () => onSleep(),
    now: () => new Date('2026-05-04T09:30:00Z'),
    isFolder: (name) => name !== '/etc/hosts',
    statfs: (name) =>
      disks[name] ?? { bsize: 4096, blocks: GIB / 4096, bfree: GIB / 8192, bavail: GIB / 16384 },
  };
}

async function run(argv, { on = machine(), isStopped = () => false } = {}) {
  const result = { out: '', err: '' };
  result.code = await monitor.run(argv, {
    out: (text) => (result.out += text),
    err: (text) => (result.err += text),
    isStopped,
    machine: on,
  });
  return result;
}

const sampleOf = async (...argv) => JSON.parse((await run(['snapshot', '--json', ...argv])).out);

describe('snapshot', () => {
  it('tells processor, load, memory, disks and uptime', async () => {
    write(
      'meminfo',
      'MemTotal:  8388608 kB',
      'MemFree: 1 kB',
      'MemAvailable:  6291456 kB',
      'SwapTotal: 1024 kB',
    );
    write('self/mounts', '/dev/sda1 / ext4 rw 0 0');
    const { out, code } = await run(['snapshot']);
    assert.equal(code, 0);
    assert.equal(
      out,
      [
        'cpu      30.0 %  of 2',
        'load     1.23 0.50 0.25',
        'memory   25.0 %  6.0 GiB available of 8.0 GiB',
        'swap    100.0 %  0 B free of 1.0 MiB',
        'disk     66.7 %  /: 256 MiB available of 1.0 GiB',
        'uptime   1 d 1 h 1 min',
        '',
      ].join('\n'),
    );
  });

  it('does without what another system does not have', async () => {
    const sample = JSON.parse(
      (await run(['snapshot', '--json'], { on: machine({ platform: 'win32' }) })).out,
    );
    assert.equal(sample.load, null);
    assert.equal(sample.swap, null);
    assert.equal(sample.processes, null);
    assert.equal(sample.memory.percent, 75);
    assert.equal(sample.disks.length, 1);
    assert.match((await run(['snapshot'], { on: machine({ platform: 'win32' }) })).out, /load {5}n\/a/);
  });

  it('does without processors that the system hides', async () => {
    const hidden = machine();
    hidden.os.cpus = () => [];
    const { out } = await run(['snapshot'], { on: hidden });
    assert.match(out, /^cpu {9}n\/a {2}of 0\n/);
  });
});

describe('processes', () => {
  const start = () => {
    write('stat', 'cpu  100 0 100 800 0 0 0 0 50 0', 'cpu0 50 0 50 400 0 0 0 0', 'cpu1 50 0 50 400 0 0 0 0');
    writeProcess(1, 'init', 10, { kibibytes: 1024 });
    writeProcess(7, 'a) b (c', 100, { kibibytes: 2048 });
    writeProcess(9, 'gone', 5);
    write('9x/stat', 'no process');
    write('11/stat', 'garbage');
  };
  const later = () => {
    write('stat', 'cpu  200 0 200 1600 0 0 0 0 90 0', 'cpu0 1', 'cpu1 1');
    writeProcess(7, 'a) b (c', 600, { kibibytes: 2048 });
    writeProcess(8, 'new', 50, { started: 99 });
    fs.rmSync(path.join(proc, '9'), { recursive: true });
  };

  it('shows the busiest, 100 % being one processor', async () => {
    start();
    const { out } = await run(['snapshot', '--json', '--top', '2'], { on: machine({ onSleep: later }) });
    assert.deepEqual(JSON.parse(out).processes, [
      { pid: 7, name: 'a) b (c', cpu: 100, memory: 2 * 1024 * 1024 },
      { pid: 8, name: 'new', cpu: 10, memory: 0 },
    ]);
  });

  it('sorts by memory when asked, and shows none with --top 0', async () => {
    start();
    const byMemory = await sampleOf('--sort', 'memory');
    assert.deepEqual(
      byMemory.processes.map(({ pid }) => pid),
      [7, 1, 9],
    );
    assert.equal((await sampleOf('--top', '0')).processes, null);
  });

  it('does not take a new process for an old one of the same number', async () => {
    start();
    const reuse = () => {
      later();
      writeProcess(1, 'other', 20, { started: 500 });
    };
    const { out } = await run(['snapshot', '--json'], { on: machine({ onSleep: reuse }) });
    assert.equal(JSON.parse(out).processes.find(({ pid }) => pid === 1).cpu, 4);
  });

  it('lets no name drive the terminal', async () => {
    start();
    writeProcess(1, '\u001b[2J\u009b1m\u202ex\n', 1);
    const { out } = await run(['snapshot']);
    assert.match(out, / {2}\?\[2J\?1m\?x\?\n/);
    assert.doesNotMatch((await run(['snapshot', '--json'])).out, /[^\P{Cc}\n]|\u202e/u);
    assert.ok((await sampleOf()).processes.some(({ name }) => name === '\u001b[2J\u009b1m\u202ex\n'));
  });
});

describe('disks', () => {
  it('are the local ones, each once, without system folders, images and single files', async () => {
    write(
      'self/mounts',
      'proc /proc proc rw 0 0',
      'tmpfs /tmp tmpfs rw 0 0',
      '/dev/sda1 /srv/bind ext4 rw 0 0',
      '/dev/sda1 / ext4 rw 0 0',
      '/dev/sdb1 /my\\040disk ext4 rw 0 0',
      '/dev/loop1 /snap/x squashfs ro 0 0',
      '/dev/sdc1 /etc/hosts ext4 rw 0 0',
      'server:/x /net nfs rw 0 0',
      'pool/data /data zfs rw 0 0',
      'broken',
    );
    const disks = {
      '/my disk': { bsize: 1, blocks: 100, bfree: 10, bavail: 10 },
      '/data': { bsize: 1, blocks: 0, bfree: 0, bavail: 0 },
    };
    const { out } = await run(['snapshot', '--json'], { on: machine({ disks }) });
    assert.deepEqual(
      JSON.parse(out).disks.map(({ mount, percent }) => [mount, percent]),
      [
        ['/', 66.7],
        ['/my disk', 90],
      ],
    );
  });

  it('are left out when they cannot be asked', async () => {
    const without = machine();
    without.statfs = () => null;
    assert.deepEqual(JSON.parse((await run(['snapshot', '--json'], { on: without })).out).disks, []);
  });
});

describe('watch', () => {
  it('writes a line for each interval', async () => {
    write('self/mounts', '/dev/sda1 / ext4 rw 0 0');
    const { out, code } = await run(['watch', '--count', '2']);
    assert.equal(code, 0);
    assert.equal(
      out.split('\n')[0],
      '2026-05-04T09:30:00Z  cpu  30.0 %  load  1.23  memory  75.0 %  disk  66.7 % /',
    );
    assert.equal(out.trim().split('\n').length, 2);
  });

  it('writes one JSON document a line', async () => {
    const { out } = await run(['watch', '--count', '3', '--json']);
    const samples = out
      .trim()
      .split('\n')
      .map((each) => JSON.parse(each));
    assert.deepEqual(
      samples.map(({ cpu }) => cpu.percent),
      [30, 30, 30],
    );
  });

  it('ends when nobody reads any more', async () => {
    let left = 2;
    const { out } = await run(['watch'], { isStopped: () => (left -= 1) < 0 });
    assert.equal(out.trim().split('\n').length, 2);
  });
});

describe('check', () => {
  const disks = {
    '/': { bsize: 1, blocks: 100, bfree: 50, bavail: 50 },
    '/var': { bsize: 1, blocks: 200, bfree: 20, bavail: 20 },
  };
  const check = (line, on = machine({ disks })) => run(['check', ...line.split(' ')], { on });
  beforeEach(() => write('self/mounts', '/dev/a / ext4 rw 0 0', '/dev/b /var ext4 rw 0 0'));

  it('exits 0 when all is within its limits, and a limit is within itself', async () => {
    assert.deepEqual(await check('--max-load 1.23 --max-memory 75 --max-disk 90'), {
      out: [
        'OK       load 1.23 (limit 1.23)',
        'OK       memory 75 % (limit 75 %)',
        'OK       disk / 50 % (limit 90 %)',
        'OK       disk /var 90 % (limit 90 %)',
        '',
      ].join('\n'),
      err: '',
      code: 0,
    });
  });

  it('exits 1 when one thing is above, and names it', async () => {
    const { out, code } = await check('--max-disk 89.9 --max-load 9 --quiet');
    assert.equal(out, 'ABOVE    disk /var 90 % (limit 89.9 %)\n');
    assert.equal(code, 1);
    assert.equal((await check('--max-load 1')).code, 1);
    assert.equal((await check('--max-memory 74.9')).code, 1);
  });

  it('never takes for good what it cannot measure', async () => {
    const windows = await check('--max-load 9', machine({ platform: 'win32' }));
    assert.equal(windows.out, 'UNKNOWN  load cannot be measured here (limit 9)\n');
    assert.equal(windows.code, 3);
    const blind = machine();
    blind.statfs = () => null;
    assert.equal((await check('--max-disk 90 --quiet', blind)).code, 3);
    assert.equal((await check('--max-disk 90 --max-memory 1', blind)).code, 1);
  });

  it('tells the same as JSON', async () => {
    const { out, code } = await check('--max-disk 60 --json');
    assert.equal(code, 1);
    assert.deepEqual(JSON.parse(out), [
      { what: 'disk /', value: 50, limit: 60, ok: true },
      { what: 'disk /var', value: 90, limit: 60, ok: false },
    ]);
    assert.deepEqual(JSON.parse((await check('--max-disk 95 --json --quiet')).out), []);
  });

  it('says nothing with --quiet when all is well', async () => {
    assert.deepEqual(await check('--max-disk 95 --quiet'), { out: '', err: '', code: 0 });
  });
});

describe('the command line', () => {
  it('exits 2 with usage for what it does not understand', async () => {
    for (const argv of [[], ['nonsense'], ['constructor']]) {
      const { code, err } = await run(argv);
      assert.equal(code, 2);
      assert.match(err, /Usage: node index\.js/);
    }
    for (const line of [
      'snapshot x',
      'snapshot --top -1',
      'snapshot --top 1.5',
      'snapshot --sort name',
      'watch --interval 0',
      'watch --interval 1e3',
      'watch --interval Infinity',
      'watch --count 0',
      'watch --speed 9',
      'check',
      'check --max-memory 101',
      'check --max-load -1',
      'check --max-disk 80%',
      'check --json',
    ]) {
      assert.equal((await run(line.split(' '))).code, 2, line);
    }
    assert.match((await run(['help'])).out, /Usage: node index\.js/);
  });

  it('runs as a program on the machine at hand', () => {
    const script = path.join(__dirname, '..', 'index.js');
    const { stdout, status } = spawnSync(process.execPath, [script, 'snapshot', '--json'], {
      encoding: 'utf8',
    });
    assert.equal(status, 0);
    const { memory, uptime } = JSON.parse(stdout);
    assert.ok(memory.total > 0 && memory.percent >= 0 && memory.percent <= 100);
    assert.ok(uptime > 0);
  });
});

describe('figures', () => {
  it('are short', () => {
    assert.deepEqual([0, 1023, 1024, 1536 * 1024, 20 * GIB].map(bytes), [
      '0 B',
      '1023 B',
      '1.0 KiB',
      '1.5 MiB',
      '20 GiB',
    ]);
    assert.deepEqual([59, 3600, 86_400].map(duration), ['0 min', '1 h 0 min', '1 d 0 h 0 min']);
  });
});
