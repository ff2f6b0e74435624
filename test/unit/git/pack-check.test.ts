import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { findPackProblem } from '../../../src/primitives/git/pack-check.js';
import { makeSandbox, type Sandbox } from '../../kit/git-cli.js';
import { header, makePack, object, realPack, varint } from './packs.js';

const roomy = { objectBytes: 1_000_000, totalBytes: 10_000_000 };

describe('findPackProblem', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = makeSandbox();
  });
  afterEach(() => sandbox.remove());

  it('has nothing against packs of git, with both kinds of deltas', () => {
    const pack = realPack(sandbox);
    assert.equal(findPackProblem(pack('--delta-base-offset'), roomy), undefined);
    assert.equal(findPackProblem(pack(), roomy), undefined);
    assert.equal(findPackProblem(makePack([]), roomy), undefined);
  });

  it('notices any flipped byte and any missing end', () => {
    const pack = realPack(sandbox)('--delta-base-offset');
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
