import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { homePaths, type Context } from '../../../src/context/index.js';
import { listSigningKeys } from '../../../src/operations/key-list.js';
import { generateKey, listKeys, openSigner, openSigners } from '../../../src/operations/steps/keys.js';
import { parsePublicKey, parseSignature, verifySignature } from '../../../src/primitives/crypto/index.js';

describe('the signing keys of a user', () => {
  let folder: string;
  let asked: string[];
  let answers: string[];
  let context: Context;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'udos-keys-'));
    asked = [];
    answers = [];
    context = {
      home: homePaths(folder),
      cwd: folder,
      env: {},
      prompts: {
        interactive: true,
        confirm: () => Promise.resolve(false),
        password: (question: string) => {
          asked.push(question);
          return Promise.resolve(answers.shift() ?? '');
        },
      },
      reporter: { step: () => undefined, warn: () => undefined },
    } as unknown as Context;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const inTheClear = (name: string) => generateKey(context, { name, noPassword: true });

  it('are files that only their owner can read', async () => {
    const key = await inTheClear('work');
    assert.equal((await stat(key.file)).mode & 0o777, 0o600);
    assert.equal((await stat(path.dirname(key.file))).mode & 0o777, 0o700);
    assert.deepEqual(await listKeys(context), [key]);
  });

  it('are never overwritten', async () => {
    const key = await inTheClear('work');
    const before = await readFile(key.file);
    await assert.rejects(inTheClear('work'), { code: 'KEY_EXISTS' });
    assert.deepEqual(await readFile(key.file), before);
  });

  it('go on working when one of them is damaged', async () => {
    const work = await inTheClear('work');
    const old = path.join(path.dirname(work.file), 'old.key');
    await writeFile(old, 'no key');
    const warnings: string[] = [];
    const told = {
      ...context,
      reporter: { ...context.reporter, warn: (text: string) => warnings.push(text) },
    };
    for (let time = 0; time < 2; time += 1)
      assert.deepEqual(await listKeys(told as unknown as Context), [work]);
    assert.equal(warnings.length, 1);
    assert.equal((await openSigner(context, undefined)).fingerprint, work.fingerprint);
    const listed = await listSigningKeys(context);
    assert.deepEqual(
      [listed.keys, listed.unreadable.map(({ name, file }) => [name, file])],
      [[work], [['old', old]]],
    );
    assert.match(listed.unreadable[0]?.reason ?? '', /old\.key/);
    await assert.rejects(openSigner(context, 'old'), { code: 'KEY_INVALID' });
    await rm(work.file);
    await assert.rejects(openSigner(context, undefined), { code: 'KEY_INVALID' });
  });

  it('take no password that was mistyped or is empty', async () => {
    answers = ['one', 'two'];
    await assert.rejects(generateKey(context, { name: 'work', noPassword: false }), {
      code: 'PASSWORD_INVALID',
    });
    await assert.rejects(generateKey(context, { name: 'work', noPassword: false }), {
      code: 'PASSWORD_INVALID',
    });
    assert.deepEqual(await listKeys(context), []);
  });

  it('sign what their public half verifies', async () => {
    const key = await inTheClear('work');
    const signer = await openSigner(context, undefined);
    const message = Buffer.from('a plugin');
    verifySignature({
      message,
      signature: parseSignature(signer.sign(message, 'udos:test')),
      publicKey: parsePublicKey(key.encoded),
      trustedComment: 'udos:test',
    });
  });

  it('are found by name, by the beginning of the fingerprint, and by path', async () => {
    const work = await inTheClear('work');
    await inTheClear('home');
    for (const selector of [
      'work',
      work.fingerprint.slice(0, 8),
      work.fingerprint,
      work.file,
      'keys/work.key',
    ]) {
      assert.equal((await openSigner(context, selector)).fingerprint, work.fingerprint, selector);
    }
    assert.equal((await openSigners(context, ['work', work.file, 'home'])).length, 2);
  });

  it('are not guessed', async () => {
    await assert.rejects(openSigner(context, undefined), { code: 'KEY_NOT_FOUND' });
    await inTheClear('work');
    await inTheClear('home');
    await assert.rejects(openSigner(context, undefined), { code: 'KEY_AMBIGUOUS' });
    await assert.rejects(openSigner(context, 'wrok'), { code: 'KEY_NOT_FOUND', hint: 'Did you mean work?' });
  });

  it('are refused when the two halves on disk are of different keys', async () => {
    const work = await inTheClear('work');
    const home = await inTheClear('home');
    await writeFile(work.file.replace('.key', '.pub'), await readFile(home.file.replace('.key', '.pub')));
    await assert.rejects(openSigner(context, 'work'), { code: 'KEY_INVALID' });
  });
});
