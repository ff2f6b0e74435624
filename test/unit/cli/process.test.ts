import assert from 'node:assert/strict';
import { once } from 'node:events';
import { ended, startSample } from './sample-run.js';

describe('udos as a process', () => {
  it('prints, flushes and exits with the status of the command', async () => {
    const { status, stdout } = await ended(startSample(['flood']));
    assert.equal(status, 0);
    assert.ok(stdout.endsWith('\nend\n'));
    assert.equal((await ended(startSample(['fail', 'UNSATISFIABLE']))).status, 4);
  });

  it('says its version', async () => {
    assert.match((await ended(startSample(['--version']))).stdout, /^udos-sample\/0\.1\.0 /);
  });

  it('shows an error that no caller could catch like any other', async () => {
    const { status, stdout, stderr } = await ended(startSample(['fail', 'crash', 'A link in it.', '--json']));
    assert.deepEqual([status, stderr], [6, '']);
    assert.match(stdout, /"code": "ARCHIVE_UNSAFE"/);
  });

  it('does not end without a word when a command waits for nothing', async () => {
    const { status, stderr } = await ended(startSample(['fail', 'stall']));
    assert.equal(status, 1);
    assert.match(stderr, /\[BUG\]/);
  });

  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`aborts the command on ${signal} and exits with ${expected}, silently`, async () => {
      const child = startSample(['wait']);
      await once(child.stderr, 'data');
      child.kill(signal);
      assert.deepEqual(await ended(child), { status: expected, stdout: '', stderr: '' });
    });
  }

  it('is silent when the reader of its output goes away', async () => {
    const child = startSample(['flood']);
    child.stdout.destroy();
    const { stderr } = await ended(child);
    assert.equal(stderr, '');
  });
});
