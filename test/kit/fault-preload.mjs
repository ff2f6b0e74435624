// Loaded into the built binary by the tests: counts the steps of a process that change the disk or use the network, and at
// one of them kills the process or makes that step fail. TEST_FAULT says what: see faults.ts. The product knows nothing of it.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const plan = JSON.parse(process.env.TEST_FAULT);
if (plan.hurry !== undefined) {
  const { setTimeout } = globalThis;
  const now = performance.now.bind(performance);
  globalThis.setTimeout = (work, milliseconds, ...rest) =>
    setTimeout(work, milliseconds / plan.hurry, ...rest);
  performance.now = () => now() * plan.hurry;
}
const counts = { pid: process.pid, disk: 0, rename: 0, network: 0, bytes: 0, hit: null };
const { existsSync, writeFileSync, writeSync } = fs;
const report = () => {
  if (plan.report !== undefined) writeFileSync(plan.report, JSON.stringify(counts));
};
process.on('exit', report);

/** The error that this step must fail with, or undefined. A process that is to be killed does not come back from here. */
function step(kind, name, place, tear) {
  if (plan.below !== undefined && !isBelow(place)) return undefined;
  counts[kind] += 1;
  if (kind === 'rename') counts.disk += 1;
  const at = plan.on === 'disk' && kind === 'rename' ? counts.disk : counts[kind];
  const isMeant = plan.on === kind || (plan.on === 'disk' && kind === 'rename');
  if (!isMeant || !(plan.forGood === true ? at >= plan.at : at === plan.at)) return undefined;
  return fault(`${name} ${place ?? ''}`.trim(), name, tear);
}

function fault(what, name, tear) {
  counts.hit ??= what;
  report();
  if (plan.how === 'stop') {
    process.kill(process.pid, 'SIGSTOP');
    return undefined;
  }
  if (plan.how === 'kill') {
    try {
      tear?.();
    } catch {
      // There is nothing to leave half written: the call itself would fail, too.
    }
    process.kill(process.pid, 'SIGKILL');
  }
  const error = new Error(`${plan.how}: made by the test, ${name}`);
  return Object.assign(error, { code: plan.how, errno: -os.constants.errno[plan.how], syscall: name });
}

/** Bytes that a file is about to get: the disk may be full. */
function overQuota(name, bytes) {
  counts.bytes += bytes;
  return plan.quota !== undefined && counts.bytes > plan.quota ? fault(name, name) : undefined;
}

function isBelow(place) {
  if (typeof place !== 'string' && !(place instanceof URL)) return false;
  const file = path.resolve(place instanceof URL ? fileURLToPath(place) : place);
  return file === plan.below || file.startsWith(plan.below + path.sep);
}

const { O_WRONLY, O_RDWR, O_CREAT } = fs.constants;
const opensForWriting = (flags) =>
  typeof flags === 'number' ? (flags & (O_WRONLY | O_RDWR | O_CREAT)) !== 0 : (flags ?? 'r') !== 'r';
const sizeOf = (data) => (typeof data === 'string' ? Buffer.byteLength(data) : (data?.byteLength ?? 0));
const half = (data) => Buffer.from(data).subarray(0, Math.floor(sizeOf(data) / 2));

/** By name: what of its arguments makes a call a step, and what a kill leaves half written. */
const pathSteps = [
  'mkdir',
  'mkdtemp',
  'rm',
  'rmdir',
  'unlink',
  'link',
  'symlink',
  'chmod',
  'utimes',
  'truncate',
];
const judge = {
  ...Object.fromEntries(pathSteps.map((name) => [name, ([place]) => step('disk', name, place)])),
  mkdir: ([place, options]) =>
    options?.recursive === true && existsSync(place) ? undefined : step('disk', 'mkdir', place),
  rename: ([from, to]) => step('rename', 'rename', plan.below !== undefined && isBelow(to) ? to : from),
  copyFile: ([, to]) => step('disk', 'copyFile', to),
  open: ([place, flags]) => (opensForWriting(flags) ? step('disk', 'open', place) : undefined),
  writeFile: ([place, data, options]) =>
    overQuota('writeFile', sizeOf(data)) ??
    step('disk', 'writeFile', place, () => writeFileSync(place, half(data), options)),
};
const judgeDescriptor = {
  write: ([fd, data]) =>
    fd <= 2
      ? undefined
      : (overQuota('write', sizeOf(data)) ??
        step('disk', 'write', undefined, () => writeSync(fd, half(data)))),
  fsync: () => step('disk', 'fsync'),
  ftruncate: () => step('disk', 'ftruncate'),
};

for (const [name, judged] of Object.entries({ ...judge, ...judgeDescriptor })) {
  const later = fs[name];
  fs[name] = (...args) => {
    const error = judged(args);
    if (error === undefined) return later.apply(fs, args);
    process.nextTick(args.at(-1), error);
  };
  const sync = fs[`${name}Sync`];
  fs[`${name}Sync`] = (...args) => {
    const error = judged(args);
    if (error !== undefined) throw error;
    return sync.apply(fs, args);
  };
}
for (const [name, judged] of Object.entries(judge)) {
  const real = fs.promises[name];
  fs.promises[name] = async (...args) => {
    const error = judged(args);
    if (error !== undefined) throw error;
    return real.apply(fs.promises, args);
  };
}

const probe = await fs.promises.open(fileURLToPath(import.meta.url), 'r');
const handles = Object.getPrototypeOf(probe);
await probe.close();
const tearing = (name) => (handle, data) =>
  overQuota(name, sizeOf(data)) ?? step('disk', name, undefined, () => writeSync(handle.fd, half(data)));
const handleSteps = {
  write: tearing('write'),
  writeFile: tearing('writeFile'),
  appendFile: tearing('appendFile'),
  ...Object.fromEntries(
    ['sync', 'datasync', 'truncate', 'chmod', 'utimes'].map((name) => [name, () => step('disk', name)]),
  ),
};
for (const [name, judged] of Object.entries(handleSteps)) {
  const real = handles[name];
  handles[name] = async function (...args) {
    const error = judged(this, args[0]);
    if (error !== undefined) throw error;
    return real.apply(this, args);
  };
}

const sockets = net.Socket.prototype;
const { connect, push, _writeGeneric: send } = sockets;
/** Pipes and terminals are sockets, too. */
const isNetwork = (socket) => /^(TCP|TLSWrap)$/.test(socket._handle?.constructor.name ?? '');
sockets.connect = function (...args) {
  const error = step('network', 'connect');
  if (error === undefined) return connect.apply(this, args);
  process.nextTick(() => this.destroy(error));
  return this;
};
sockets.push = function (chunk, encoding) {
  const error = chunk !== null && isNetwork(this) ? step('network', 'receive') : undefined;
  if (error === undefined) return push.call(this, chunk, encoding);
  this.destroy(error);
  return false;
};
sockets._writeGeneric = function (writev, data, encoding, done) {
  const error = isNetwork(this) && !this.connecting ? step('network', 'send') : undefined;
  if (error === undefined) return send.call(this, writev, data, encoding, done);
  done(error);
};

syncBuiltinESMExports();
