import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { gitObject, type GitObject } from '../../../src/primitives/git/wire/git-object.js';
import { PackRefused, readPack } from '../../../src/primitives/git/wire/pack-reader.js';
import { git, makeSandbox, type Sandbox } from '../../kit/git-cli.js';
import { header, makePack, object, realPack, varint } from './packs.js';

const roomy = { objectBytes: 1_000_000, totalBytes: 10_000_000, objects: 100_000 };
const nothing = (): Promise<GitObject | undefined> => Promise.resolve(undefined);

/** As it comes over a network: in pieces of `size` bytes. */
async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield Promise.resolve(bytes.subarray(at, at + size));
}

async function objectsOf(
  pack: Uint8Array,
  { limits = roomy, size = 1000, readBase = nothing } = {},
): Promise<GitObject[]> {
  const objects: GitObject[] = [];
  for await (const one of readPack(inPieces(pack, size), limits, readBase)) objects.push(one);
  return objects;
}

const refuses = (pack: Uint8Array, problem: string, options?: Parameters<typeof objectsOf>[1]) =>
  assert.rejects(
    objectsOf(pack, options),
    (error) => error instanceof PackRefused && error.problem === problem,
  );

/** Copies `length` bytes from the start of a base of `baseSize`, then adds `more`. */
function deltaOf(baseSize: number, length: number, more: string): Buffer {
  const added = Buffer.from(more);
  return Buffer.concat([
    varint(baseSize),
    varint(length + added.length),
    Buffer.from([0b1001_0000, length]),
    Buffer.from([added.length]),
    added,
  ]);
}

const refDelta = (base: string, delta: Buffer) =>
  Buffer.concat([header(7, delta.length), Buffer.from(base, 'hex'), deflateSync(delta)]);
const ofsDelta = (distance: number, delta: Buffer) =>
  Buffer.concat([header(6, delta.length), Buffer.from([distance]), deflateSync(delta)]);

describe('readPack', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = makeSandbox();
  });
  afterEach(() => sandbox.remove());

  it('reads packs of git, with both kinds of deltas, in pieces of any size', async () => {
    const make = realPack(sandbox);
    const folder = sandbox.at('repo.git');
    const listed = git(folder, 'rev-list', '--objects', 'main').split('\n');
    const expected = listed.map((line) => line.slice(0, 40)).sort();
    for (const flags of [['--delta-base-offset'], []]) {
      const pack = make(...flags);
      for (const size of [1, 7, 64, 100_000]) {
        const objects = await objectsOf(pack, { size });
        assert.deepEqual(objects.map(({ oid }) => oid).sort(), expected);
        for (const { oid, type } of objects) assert.equal(git(folder, 'cat-file', '-t', oid), type);
      }
    }
  });

  it('patches an object that the pack does not hold, and refuses a delta on nothing', async () => {
    const base = gitObject('blob', Buffer.from('a base of some length'));
    const pack = makePack([refDelta(base.oid, deltaOf(base.bytes.length, 6, '!'))]);
    const [patched] = await objectsOf(pack, { readBase: () => Promise.resolve(base) });

    assert.equal(Buffer.from(patched!.bytes).toString(), 'a base!');
    await refuses(pack, 'damaged');
    await refuses(pack, 'damaged', {
      readBase: () => Promise.resolve(gitObject('blob', Buffer.from('shorter'))),
    });
  });

  it('finds a base that comes after its delta, and a chain of deltas as long as a pack', async () => {
    const first = gitObject('blob', Buffer.from('0123456789'));
    const links: Buffer[] = [];
    for (let index = 0, base = first; index < 5_000; index += 1) {
      links.push(refDelta(base.oid, deltaOf(base.bytes.length, 4, String(index))));
      base = gitObject('blob', Buffer.from(`0123${index}`));
    }
    const pack = makePack([...links.reverse(), object(3, 10, first.bytes)]);

    const objects = await objectsOf(pack);

    assert.equal(objects.length, 5_001);
    assert.equal(Buffer.from(objects.at(-1)!.bytes).toString(), '01234999');
  });

  it('notices any flipped byte and any missing end', async () => {
    const pack = realPack(sandbox)('--delta-base-offset');
    for (let at = 0; at < pack.length; at += 37) {
      const flipped = Buffer.from(pack);
      flipped[at]! ^= 0x20;
      await assert.rejects(objectsOf(flipped), PackRefused, `byte ${at}`);
      await refuses(pack.subarray(0, at), 'damaged');
    }
    await refuses(Buffer.concat([pack, Buffer.from('x')]), 'damaged');
  });

  it('refuses sizes that are not the declared ones, unknown types, and bases that are not before', async () => {
    const content = Buffer.alloc(100, 'x');
    assert.equal((await objectsOf(makePack([object(3, 100, content)]))).length, 1);
    for (const bad of [
      object(3, 99, content),
      object(3, 101, content),
      object(5, 100, content),
      object(0, 100, content),
      ofsDelta(1, deltaOf(100, 6, '!')),
      ofsDelta(100, deltaOf(100, 6, '!')),
    ])
      await refuses(makePack([bad]), 'damaged');
    await assert.rejects(objectsOf(makePack([object(3, 100, content)], 2)), PackRefused);
  });

  it('refuses deltas that lie about sizes or copy from beyond their base', async () => {
    const content = Buffer.alloc(100, 'x');
    const base = object(3, 100, content);
    const on = (delta: Buffer) => makePack([base, ofsDelta(base.length, delta)]);
    assert.equal((await objectsOf(on(deltaOf(100, 6, '!')))).length, 2);
    await refuses(on(deltaOf(99, 6, '!')), 'damaged');
    await refuses(on(deltaOf(100, 101, '!')), 'damaged');
    const whole = deltaOf(100, 6, '!');
    for (let length = 0; length < whole.length; length += 1)
      await refuses(on(whole.subarray(0, length)), 'damaged');
    await refuses(on(Buffer.concat([whole, Buffer.from([0])])), 'damaged');
    await refuses(on(Buffer.concat([varint(100), varint(1), Buffer.from([2, 1, 1])])), 'damaged');
  });

  it('stops at an object that says or becomes too large, before it is inflated, and at too many', async () => {
    const bomb = Buffer.alloc(2_000_000);
    await refuses(makePack([object(3, bomb.length, bomb)]), 'too-large');
    await refuses(makePack([object(3, 2 ** 40, Buffer.from('x'))]), 'too-large');
    await refuses(makePack([object(3, 10, bomb)]), 'damaged');
    const growing = Buffer.concat([varint(1), varint(2_000_000), Buffer.from([0x90, 1])]);
    await refuses(
      makePack([object(3, 1, Buffer.from('x')), refDelta(gitObject('blob', Buffer.from('x')).oid, growing)]),
      'too-large',
    );
    const half = Buffer.alloc(600_000);
    await refuses(makePack(Array.from({ length: 20 }, () => object(3, half.length, half))), 'too-large');
    await refuses(makePack([], 100_001), 'too-large');
  });

  it('takes no more of an endless pack than its limits', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(makePack([], 99_999).subarray(0, 12));
      const one = object(3, 1_000, Buffer.alloc(1_000, 'x'));
      for (;;) {
        sent += 1_000;
        yield one;
      }
    }
    const reading = async () => {
      for await (const one of readPack(endless(), roomy, nothing)) assert.equal(one.bytes.length, 1_000);
    };
    await assert.rejects(reading(), PackRefused);
    assert.ok(sent <= roomy.totalBytes + 10_000);
  });

  it('hands out or refuses whatever comes, and nothing else happens', async () => {
    const pack = realPack(sandbox)();
    const changed = fc
      .array(fc.tuple(fc.nat(pack.length - 21), fc.nat(255)), { maxLength: 4 })
      .map((changes) => {
        const body = Buffer.from(pack.subarray(12, -20));
        for (const [at, value] of changes) body[at % body.length] = value;
        return makePack([body], pack.readUInt32BE(8));
      });
    await fc.assert(
      fc.asyncProperty(changed, async (bytes) => {
        const result = await objectsOf(bytes).catch((error: unknown) => error);
        assert.ok(result instanceof PackRefused || Array.isArray(result));
      }),
      { numRuns: 200 },
    );
  });
});
