import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { gitCredentialHelper } from '../../../src/primitives/git/index.js';
import { writeCredentialHelper } from '../../kit/credential-helper.js';
import { makeSandbox, type Sandbox } from '../../kit/git-cli.js';

describe('git’s credential helpers', () => {
  let sandbox: Sandbox;
  const learned: string[] = [];

  beforeEach(() => {
    sandbox = makeSandbox();
    learned.length = 0;
  });
  afterEach(() => sandbox.remove());

  const world = (url: string, lines: readonly string[], env: Record<string, string> = {}) => {
    const script = writeCredentialHelper(sandbox.folder);
    script.knows(lines);
    const helper = gitCredentialHelper({
      url,
      env: { PATH: process.env.PATH, ...script.environment, ...env },
      folder: '/',
      learned: (secret) => learned.push(secret),
    });
    return { script, helper };
  };

  it('answer for one origin, and what they answer is called a secret', async () => {
    const { helper, script } = world('https://example.org:8443/team/acme.git', [
      'username=ada',
      'password=s=ä',
    ]);
    const held = await helper.fill();
    const pair = Buffer.from('ada:s=ä').toString('base64');
    assert.equal(helper.origin, 'https://example.org:8443');
    assert.equal(held?.authorization, `Basic ${pair}`);
    assert.deepEqual(learned, ['s=ä', pair]);
    await held.approve();
    await held.reject();
    const place = 'https example.org:8443';
    assert.deepEqual(script.calls(), [`get ${place}`, `store ${place}`, `erase ${place}`]);
  });

  const useless: readonly (readonly [why: string, lines: readonly string[]])[] = [
    ['nothing', []],
    ['no password', ['username=ada']],
    ['a user name that would end early', ['username=a:b', 'password=secret']],
    ['a carriage return', ['username=ada', 'password=secret\rmore']],
    ['an answer about another host', ['host=evil.example', 'username=ada', 'password=secret']],
    ['that it wants no more to be asked', ['quit=1']],
  ];
  for (const [why, lines] of useless) {
    it(`are of no use with ${why}`, async () => {
      assert.equal(await world('https://example.org/acme', lines).helper.fill(), undefined);
      assert.deepEqual(learned, []);
    });
  }

  it('are not asked about an address that hides a line end', async () => {
    for (const url of [
      'https://example.org/a%0Ahost=evil',
      'https://example.org/a%00',
      'https://example.org/%E0',
    ]) {
      const { helper, script } = world(url, ['username=ada', 'password=secret']);
      assert.equal(await helper.fill(), undefined);
      assert.deepEqual(script.calls(), []);
    }
  });

  it('never prompt, and are not handed our own secrets', async () => {
    const asked = sandbox.at('asked');
    const program = `!f() { env > '${sandbox.at('env')}'; }; f`;
    const { helper } = world('https://example.org/acme', [], {
      GIT_ASKPASS: `/bin/sh -c 'touch ${asked}'`,
      SSH_ASKPASS: `/bin/sh -c 'touch ${asked}'`,
      GIT_TERMINAL_PROMPT: '1',
      UDOS_TOKEN_ACME: 'canary-token',
      UDOS_KEY_PASSWORD: 'canary-password',
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'credential.helper',
      GIT_CONFIG_VALUE_0: program,
      GIT_CONFIG_KEY_1: 'core.askPass',
      GIT_CONFIG_VALUE_1: `/bin/sh -c 'touch ${asked}'`,
    });
    assert.equal(await helper.fill(), undefined);
    assert.equal(existsSync(asked), false);
    const seen = readFileSync(sandbox.at('env'), 'utf8');
    assert.match(seen, /^GIT_TERMINAL_PROMPT=0$/m);
    assert.doesNotMatch(seen, /canary/);
  });

  it('know nothing where there is no git, or when the user stops', async () => {
    const { helper } = world('https://example.org/acme', ['username=ada', 'password=secret'], {
      PATH: sandbox.folder,
    });
    assert.equal(await helper.fill(), undefined);
    const stopping = new AbortController();
    const slow = gitCredentialHelper({
      url: 'https://example.org/acme',
      env: {
        PATH: process.env.PATH,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'credential.helper',
        GIT_CONFIG_VALUE_0: `!f() { touch '${sandbox.at('begun')}'; sleep 300; }; f`,
      },
      folder: '/',
      signal: stopping.signal,
      learned: () => undefined,
    });
    const filling = slow.fill();
    stopping.abort();
    assert.equal(await filling, undefined);
  });
});
