import assert from 'node:assert/strict';
import { createContext } from '../../../src/cli/create-context.js';
import { createReporter } from '../../../src/cli/reporter.js';
import { hasCode } from '../../../src/errors/index.js';
import { runSample, sampleSurroundings, type SampleSurroundings } from './sample-run.js';

const calm = { json: false, offline: false, quiet: false, verbose: false };

function promptsIn(surroundings: SampleSurroundings, json = false) {
  return createContext(surroundings, { ...calm, json }).context.prompts;
}

/** Types `keys` as soon as `question` stands on the screen. */
async function typed<T>(surroundings: SampleSurroundings, keys: string, answer: Promise<T>): Promise<T> {
  await new Promise((resolve) => setImmediate(resolve));
  while (surroundings.stderr.text === '') await new Promise((resolve) => setImmediate(resolve));
  surroundings.stdin.write(keys);
  return answer;
}

describe('questions', () => {
  const needsConfirmation = (error: unknown) => hasCode(error, 'CONFIRMATION_REQUIRED');
  const needsPassword = (error: unknown) => hasCode(error, 'PASSWORD_REQUIRED');

  it('are refused where nobody can answer: no terminal, CI, --json', async () => {
    for (const prompts of [
      promptsIn(sampleSurroundings()),
      promptsIn(sampleSurroundings({ terminal: true, env: { CI: 'true' } })),
      promptsIn(sampleSurroundings({ terminal: true, env: { CI: '1' } })),
      promptsIn(sampleSurroundings({ terminal: true }), true),
    ]) {
      assert.equal(prompts.interactive, false);
      await assert.rejects(prompts.confirm('Go on?'), needsConfirmation);
      await assert.rejects(prompts.password('Password?'), needsPassword);
    }
    assert.equal(promptsIn(sampleSurroundings({ terminal: true, env: { CI: 'false' } })).interactive, true);
  });

  it('end with the status of the contract and name the way out', async () => {
    const confirm = await runSample(['ask']);
    assert.equal(confirm.status, 8);
    assert.match(confirm.stderr, /--yes/);
    const password = await runSample(['ask', '--password']);
    assert.equal(password.status, 2);
    assert.match(password.stderr, /UDOS_KEY_PASSWORD/);
  });

  it('for the password are answered by UDOS_KEY_PASSWORD, on a terminal and elsewhere, unless it is empty', async () => {
    for (const terminal of [true, false]) {
      const env = { UDOS_KEY_PASSWORD: 'sesame' };
      assert.equal(await promptsIn(sampleSurroundings({ terminal, env })).password('Password?'), 'sesame');
    }
    const empty = promptsIn(sampleSurroundings({ env: { UDOS_KEY_PASSWORD: '' } }));
    await assert.rejects(empty.password('Password?'), needsPassword);
  });

  it('are put on stderr, with no as the default', async () => {
    const yes = sampleSurroundings({ terminal: true });
    assert.equal(await typed(yes, 'y', promptsIn(yes).confirm('Go \u001b]0;x\u0007on\u202e?')), true);
    assert.match(yes.stderr.text, /Go on\?/);
    assert.equal(yes.stdout.text, '');
    const enter = sampleSurroundings({ terminal: true });
    assert.equal(await typed(enter, '\r', promptsIn(enter).confirm('Go on?')), false);
  });

  it('never echo a password', async () => {
    const surroundings = sampleSurroundings({ terminal: true });
    const answer = promptsIn(surroundings).password('Password?');
    assert.equal(await typed(surroundings, 'hunter2\r', answer), 'hunter2');
    assert.doesNotMatch(surroundings.stderr.text, /hunter2|unter/);
  });

  it('that meet Ctrl-C stop the command with 130, silently', async () => {
    const surroundings = sampleSurroundings({ terminal: true });
    const outcome = await typed(surroundings, '\u0003', runSample(['ask'], surroundings));
    assert.equal(outcome.status, 130);
    assert.equal((surroundings.interruption.signal.reason as Error).name, 'Interruption');
    assert.doesNotMatch(outcome.stderr, /error/);
  });
});

describe('progress', () => {
  it('is one rewritten line of a terminal, gone before anything else is shown', () => {
    const surroundings = sampleSurroundings({ terminal: true, columns: 40 });
    const reporter = createReporter(surroundings, calm);
    reporter.step(`reading ${'x'.repeat(100)}`);
    const erase = '\r\u001b[2K';
    const step = `${erase}\u001b[2mreading ${'x'.repeat(30)}…\u001b[22m`;
    assert.equal(surroundings.stderr.text, step);
    reporter.warn('careful');
    reporter.clear();
    assert.equal(surroundings.stderr.text, `${step}${erase}\u001b[33mwarning:\u001b[39m careful\n`);
  });

  it('is not shown without a terminal, except as plain lines under --verbose', async () => {
    assert.equal((await runSample(['greet', 'ada'])).stderr, '');
    assert.equal((await runSample(['greet', 'ada', '--verbose'])).stderr, 'looking for ada\n');
  });

  it('and warnings are silenced by --quiet, results too', async () => {
    const loud = await runSample(['greet', 'nobody']);
    assert.equal(loud.stderr, 'warning: There is no nobody.\n');
    const terminal = sampleSurroundings({ terminal: true });
    assert.deepEqual(await runSample(['greet', 'nobody', '-q'], terminal), {
      status: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('never shows a token', () => {
    const surroundings = sampleSurroundings({ env: { UDOS_TOKEN_ACME: 'canary-123' } });
    const reporter = createReporter(surroundings, { quiet: false, verbose: true });
    reporter.step('sending canary-123 to https://ada:pw@git.example');
    reporter.warn('canary-123 was refused');
    assert.equal(
      surroundings.stderr.text,
      'sending [redacted] to https://[redacted]@git.example\nwarning: [redacted] was refused\n',
    );
  });
});

describe('the context of a command', () => {
  it('takes home from UDOS_HOME and offline from the flag or UDOS_OFFLINE', () => {
    const contextOf = (env: Record<string, string>, offline = false) =>
      createContext(sampleSurroundings({ env }), { ...calm, offline }).context;
    assert.equal(contextOf({ UDOS_HOME: '/elsewhere' }).home.folder, '/elsewhere');
    assert.equal(contextOf({ UDOS_HOME: 'state' }).home.folder, '/project/state');
    assert.match(contextOf({ UDOS_HOME: '' }).home.folder, /\.udos$/);
    assert.equal(contextOf({}).offline, false);
    assert.equal(contextOf({}, true).offline, true);
    assert.equal(contextOf({ UDOS_OFFLINE: '1' }).offline, true);
    assert.equal(contextOf({ UDOS_OFFLINE: '0' }).offline, false);
  });
});
