import assert from 'node:assert/strict';
import { learnSecret, redact, redactUrls } from '../../../src/cli/redact.js';

const canary = 'canary-7f3a9c21d5';

describe('redaction', () => {
  it('takes the userinfo out of every URL', () => {
    for (const url of [
      `https://ada:${canary}@git.example/x.git`,
      `https://${canary}@git.example`,
      `http://a:${canary}@b@git.example/`,
      `http://a:${canary}/b?c@git.example/`,
      `ssh://git:${canary}@git.example/x`,
      `git+https://${canary}:x-oauth-basic@git.example`,
    ]) {
      const clean = redactUrls(`Cannot reach "${url}": no such host; ${url}`);
      assert.doesNotMatch(clean, /canary/);
      assert.match(clean, /\[redacted\]@git\.example/);
    }
  });

  it('leaves addresses that hold no secret', () => {
    for (const url of [
      'ssh://git@git.example/x',
      'https://git.example/@scope/x',
      'http://127.0.0.1:4000/@scope/x',
      'http://[::1]:4000/@scope/x',
      'ada@git.example',
      'file:///a@b',
    ]) {
      assert.equal(redactUrls(url), url);
    }
  });

  it('takes out credentials by their shape', () => {
    for (const text of [
      `authorization: Bearer ${canary}`,
      `"Proxy-Authorization": "Basic ${canary}"`,
      `Authorization=${canary}`,
      `sent Bearer ${canary} to it`,
      `https://git.example/x?private_token=${canary}&y=1`,
    ]) {
      assert.doesNotMatch(redact(text, {}), /canary/, text);
    }
  });

  it('takes out the values of the environment that are secret, in the forms they are sent in', () => {
    const env = { UDOS_TOKEN_ACME: canary, UDOS_KEY_PASSWORD: 'sesam öffne', PATH: '/usr/bin' };
    const basic = Buffer.from(canary).toString('base64');
    const text = `x${canary}y ${basic} sesam öffne ${encodeURIComponent('sesam öffne')} /usr/bin`;
    assert.equal(redact(text, env), 'x[redacted]y [redacted] [redacted] [redacted] /usr/bin');
  });

  it('takes out what is sent of a secret, and the login of a proxy', () => {
    const env = { UDOS_TOKEN_ACME: canary, HTTPS_PROXY: 'http://ada:open%2Fsesame@proxy.example:3128' };
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const told = `${base64(`udos:${canary}`)} ${base64('ada:open/sesame')} open/sesame open%2Fsesame`;
    assert.equal(redact(told, env), Array(4).fill('[redacted]').join(' '));
    assert.equal(redact('no sesame1 for ada', { UDOS_TOKEN_ACME: 'ada:sesame1' }), 'no [redacted] for ada');
  });

  it('takes out what a credential helper told in this run, and in no other', () => {
    const [env, another] = [{}, {}];
    learnSecret(env, canary);
    assert.equal(redact(`no ${canary} here`, env), 'no [redacted] here');
    assert.equal(redact(`no ${canary} here`, another), `no ${canary} here`);
  });

  it('takes out what a cut left of a secret at the end of foreign text', () => {
    const env = { UDOS_TOKEN_ACME: 'canary-1234' };
    assert.equal(redact('the server says canary-1...', env), 'the server says [redacted]...');
    assert.equal(redact('canary... and can... and so on...', env), '[redacted]... and can... and so on...');
  });

  it('ignores secrets too short to be told from words', () => {
    assert.equal(redact('a cat', { UDOS_KEY_PASSWORD: 'a', UDOS_TOKEN_X: '' }), 'a cat');
  });

  it('leaves ordinary sentences alone', () => {
    const text = 'A basic authorization error: the token of "acme" was refused by https://git.example/x.';
    assert.equal(redact('The basic information', {}), 'The basic information');
    assert.equal(redactUrls(text), text);
  });
});
