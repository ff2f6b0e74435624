import assert from 'node:assert/strict';
import { errorCodes, exitStatus, type ErrorCode } from '../../../src/errors/index.js';
import { hostile } from './app/commands.js';
import { runSample, sampleSurroundings } from './sample-run.js';

interface ErrorJson {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
    readonly data: unknown;
  };
}

const dangerous = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

async function failureOf(...argv: readonly string[]) {
  const people = await runSample(argv);
  const program = await runSample([...argv, '--json']);
  assert.equal(people.stdout, '');
  assert.equal(program.stderr, '');
  assert.equal(program.status, people.status);
  const { error } = JSON.parse(program.stdout) as ErrorJson;
  assert.deepEqual(Object.keys(error), ['code', 'message', 'hint', 'data']);
  assert.ok(people.stderr.includes(`[${error.code}]`));
  assert.ok(people.stderr.includes(`see docs/errors.md#${error.code.toLowerCase()}`));
  return { ...error, status: people.status, shown: people.stderr };
}

describe('a command that succeeds', () => {
  it('shows its view to people', async () => {
    assert.deepEqual(await runSample(['greet', 'ada', '--language', 'de']), {
      status: 0,
      stdout: 'WHAT      VALUE\ngreeting  Hallo, ada\n',
      stderr: '',
    });
  });

  it('gives its result, and nothing else, as one JSON document to programs', async () => {
    const { status, stdout, stderr } = await runSample(['greet', 'ada', '--json', '--offline']);
    assert.deepEqual(JSON.parse(stdout), {
      greeting: 'Hello, ada',
      offline: true,
      home: '/home/ada/.udos',
      time: '2026-01-02T03:04:05.000Z',
    });
    assert.deepEqual([status, stderr], [0, '']);
  });

  it('may show a result in full and still fail', async () => {
    assert.deepEqual(await runSample(['check']), { status: 7, stdout: 'one\n', stderr: '' });
    const { status, stdout } = await runSample(['check', '--json']);
    assert.deepEqual([status, JSON.parse(stdout)], [7, { problems: ['one'] }]);
  });
});

describe('a command that fails', () => {
  it('exits with the status of the class of its error', async () => {
    const oneOfEachClass = new Map(Object.entries(errorCodes).map(([code, of]) => [of, code as ErrorCode]));
    assert.equal(oneOfEachClass.size, Object.keys(exitStatus).length);
    for (const [of, code] of oneOfEachClass) {
      const failure = await failureOf('fail', code);
      assert.equal(failure.status, exitStatus[of], code);
      assert.equal(failure.code, code);
      assert.equal(failure.hint, 'Run udos verify.');
      assert.deepEqual(failure.data, { found: 1 });
    }
  });

  it('calls everything unforeseen a bug, in one line and without a stack', async () => {
    const failure = await failureOf('fail', 'unknown', 'x is not a function');
    assert.deepEqual([failure.status, failure.code], [1, 'BUG']);
    assert.match(failure.message, /x is not a function$/);
    assert.match(failure.hint, /UDOS_DEBUG=1/);
    assert.doesNotMatch(failure.shown, /\n\s+at /);
  });

  it('shows the stack to who asks for it', async () => {
    const { stderr } = await runSample(['fail', 'unknown'], sampleSurroundings({ env: { UDOS_DEBUG: '1' } }));
    assert.match(stderr, /TypeError[^]+\n\s+at .*commands\.ts/);
  });

  it('blames the disk for what the disk did', async () => {
    const failure = await failureOf('fail', 'disk');
    assert.deepEqual([failure.status, failure.code], [7, 'FILESYSTEM_FAILED']);
    assert.match(failure.message, /\/full\/disk/);
  });

  it('prints a document even when its data cannot be one', async () => {
    assert.deepEqual((await failureOf('fail', 'circular')).data, {});
  });
});

describe('a command line that makes no sense', () => {
  const cases: readonly (readonly [argv: readonly string[], message: RegExp, hint: RegExp])[] = [
    [['greet'], /^Missing argument: NAME\.$/, /udos greet --help/],
    [['greet', 'ada', 'bob'], /^Unexpected argument: bob\.$/, /udos greet --help/],
    [['greet', 'ada', '--langage=de'], /--langage/, /Did you mean --language\? Run udos greet --help/],
    [['greet', 'ada', '--language', 'fr'], /one of: en, de\.$/, /udos greet --help/],
    [['greet', 'ada', '--root'], /--root expects a value\.$/, /udos greet --help/],
    [['greet', 'ada', '--quiet', '--verbose'], /--quiet/, /udos greet --help/],
    [['registry', 'add', 'x'], /^Unexpected argument: x\.$/, /udos registry add --help/],
    [
      ['registry', 'ad', 'x'],
      /^There is no command "udos registry ad"\.$/,
      /Did you mean udos registry add\?/,
    ],
    [['gret', 'ada'], /^There is no command "udos gret"\.$/, /Did you mean udos greet\?/],
    [['nosuchthing'], /^There is no command "udos nosuchthing"\.$/, /^Run udos --help/],
    [['--nosuch'], /^There is no command "udos --nosuch"\.$/, /udos --help/],
    [['nosuchthing', '--help'], /^There is no command "udos nosuchthing"\.$/, /udos --help/],
  ];
  for (const [argv, message, hint] of cases) {
    it(`is USAGE: udos ${argv.join(' ')}`, async () => {
      const failure = await failureOf(...argv);
      assert.deepEqual([failure.status, failure.code], [2, 'USAGE']);
      assert.match(failure.message, message);
      assert.match(failure.hint, hint);
    });
  }

  it('does not take a --json behind -- for a flag', async () => {
    const { stdout, stderr } = await runSample(['greet', 'ada', '--', '--json']);
    assert.equal(stdout, '');
    assert.match(stderr, /Unexpected argument: --json/);
  });
});

describe('hostile text', () => {
  it('never reaches a terminal raw: results, warnings, errors, arguments', async () => {
    for (const argv of [
      ['hostile'],
      ['hostile', '--verbose'],
      ['hostile', '--json'],
      ['fail', 'hostile'],
      ['fail', 'hostile', '--json'],
      ['fail', 'unknown', hostile],
      ['greet', 'ada', hostile],
      ['greet', 'ada', `--${hostile}`],
      [hostile],
      [hostile, '--json'],
    ]) {
      const { stdout, stderr } = await runSample(argv);
      assert.notEqual(stdout + stderr, '');
      assert.doesNotMatch(stdout, dangerous);
      assert.doesNotMatch(stderr, dangerous);
    }
  });

  it('arrives whole at a program', async () => {
    const { stdout } = await runSample(['hostile', '--json']);
    assert.deepEqual(JSON.parse(stdout), { text: hostile });
  });
});

describe('secrets', () => {
  it('never show in an error, also not to programs or under UDOS_DEBUG', async () => {
    const canary = 'canary-7f3a9c21d5';
    const env = { UDOS_TOKEN_ACME: canary, UDOS_KEY_PASSWORD: 'pass-canary', UDOS_DEBUG: '1' };
    const message = `https://ada:url-canary@git.example refused ${canary} and pass-canary`;
    for (const argv of [
      ['fail', 'AUTH_REQUIRED', message],
      ['fail', 'AUTH_REQUIRED', message, '--json'],
      ['fail', 'unknown', message],
      ['greet', message, message],
    ]) {
      const { stdout, stderr } = await runSample(argv, sampleSurroundings({ env }));
      assert.match(stdout + stderr, /\[redacted\]/);
      assert.doesNotMatch(stdout + stderr, /canary/);
    }
  });
});
