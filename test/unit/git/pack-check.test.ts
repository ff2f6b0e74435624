import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { findPackProblem } from '../../../src/primitives/git/pack-check.js';
import { git, makeSandbox, publishTree, type Sandbox } from '../../kit/git-cli.js';

const roomy = { objectBytes: 1_000_000, totalBytes: 10_000_000 };

describe('findPackProblem', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = makeSandbox();
  });
  afterEach(() => sandbox.remove());

  /** A pack as git makes it, with deltas of both kinds. */
  const realPack = () => {
    const folder = sandbox.at('repo.git');
    git(sandbox.folder, 'init', '--quiet', '--bare', folder);
    const text = Array.from({ length: 500 }, (_, line) => `line ${line * 7919}`).join('\n');
    publishTree(folder, 'main', { a: text });
    publishTree(folder, 'main', { a: `${text}\nmore`, empty: '', 'b/c': 'x' });
    return (...flags: readonly string[]) =>
      execFileSync('git', ['-C', folder, 'pack-objects', '--stdout', '--revs', '--quiet', ...flags], {
        input: 'refs/heads/main\n',
      });
  };

  it('has nothing against packs of git, with both kinds of deltas', () => {
    const pack = realPack();
    assert.equal(findPackProblem(pack('--delta-base-offset'), roomy), undefined);
    assert.equal(findPackProblem(pack(), roomy), undefined);
    assert.equal(findPackProblem(makePack([]), roomy), undefined);
  });

  it('notices any flipped byte and any missing end', () => {
    const pack = realPack()('--delta-base-offset');
    for (let at = 0; at < pack.length; at += 37) {
      const flipped = Buffer.from(pack);
      flipped[at]! ^= 0x20;
      assert.equal(findPackProblem(flipped, roomy), 'damaged', `byte ${at}`);
      assert.equal(findPackProblem(pack.subarray(0, at), roomy), 'damaged', `first ${at}`);
    }
  });

  it('refuses sizes that are not the declared ones, unknown types, and bytes left over', () => {
    const content = Buffer.alloc(100, 'x');
    assert.equal(findPackProblem(makePack([object(3, 100, content)]), roomy), undefined);
    assert.equal(findPackProblem(makePack([object(3, 99, content)]), roomy), 'damaged');
    assert.equal(findPackProblem(makePack([object(3, 101, content)]), roomy), 'damaged');
    assert.equal(findPackProblem(makePack([object(5, 100, content)]), roomy), 'damaged');
    assert.equal(findPackProblem(makePack([object(0, 100, content)]), roomy), 'damaged');
    assert.equal(findPackProblem(makePack([object(3, 100, content), Buffer.from('x')], 1), roomy), 'damaged');
    assert.equal(findPackProblem(makePack([object(3, 100, content)], 2), roomy), 'damaged');
  });

  it('stops at an object that is, says, or becomes too large', () => {
    const bomb = Buffer.alloc(2_000_000);
    assert.equal(findPackProblem(makePack([object(3, bomb.length, bomb)]), roomy), 'too-large');
    assert.equal(findPackProblem(makePack([object(3, 2 ** 40, Buffer.from('x'))]), roomy), 'too-large');
    assert.equal(findPackProblem(makePack([object(3, 10, bomb)]), roomy), 'damaged');

    const delta = Buffer.concat([varint(1), varint(2_000_000), Buffer.from([0x90, 1])]);
    const patch = Buffer.concat([header(7, delta.length), Buffer.alloc(20), deflateSync(delta)]);
    assert.equal(findPackProblem(makePack([patch]), roomy), 'too-large');
  });

  it('counts all objects together', () => {
    const half = Buffer.alloc(600_000);
    const objects = Array.from({ length: 20 }, () => object(3, half.length, half));
    assert.equal(findPackProblem(makePack(objects), roomy), 'too-large');
    assert.equal(findPackProblem(makePack(objects.slice(0, 10)), roomy), undefined);
  });
});

function makePack(objects: readonly Buffer[], count = objects.length): Buffer {
  const head = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
  head.writeUInt32BE(count, 8);
  const body = Buffer.concat([head, ...objects]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

function object(type: number, declared: number, content: Uint8Array): Buffer {
  return Buffer.concat([header(type, declared), deflateSync(content)]);
}

function header(type: number, size: number): Buffer {
  const rest = Math.floor(size / 16);
  const first = (type << 4) | (size % 16);
  return rest === 0 ? Buffer.from([first]) : Buffer.concat([Buffer.from([first | 0x80]), varint(rest)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}
