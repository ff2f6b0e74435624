import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { git, publishTree, type Sandbox } from '../../kit/git-cli.js';

/** A pack as git makes it, with deltas of both kinds. */
export function realPack(sandbox: Sandbox): (...flags: readonly string[]) => Buffer {
  const folder = sandbox.at('repo.git');
  git(sandbox.folder, 'init', '--quiet', '--bare', folder);
  const text = Array.from({ length: 500 }, (_, line) => `line ${line * 7919}`).join('\n');
  publishTree(folder, 'main', { a: text });
  publishTree(folder, 'main', { a: `${text}\nmore`, empty: '', 'b/c': 'x' });
  return (...flags) =>
    execFileSync('git', ['-C', folder, 'pack-objects', '--stdout', '--revs', '--quiet', ...flags], {
      input: 'refs/heads/main\n',
    });
}

export function makePack(objects: readonly Buffer[], count = objects.length): Buffer {
  const head = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
  head.writeUInt32BE(count, 8);
  const body = Buffer.concat([head, ...objects]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

export function object(type: number, declared: number, content: Uint8Array): Buffer {
  return Buffer.concat([header(type, declared), deflateSync(content)]);
}

export function header(type: number, size: number): Buffer {
  const rest = Math.floor(size / 16);
  const first = (type << 4) | (size % 16);
  return rest === 0 ? Buffer.from([first]) : Buffer.concat([Buffer.from([first | 0x80]), varint(rest)]);
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}
