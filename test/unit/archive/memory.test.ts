import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generated } from '../../../fixtures/archives/generated.js';

const child = fileURLToPath(new URL('memory-child.ts', import.meta.url));

interface Report {
  readonly before: number;
  readonly peak: number;
  readonly outcomes: Readonly<Record<string, { readonly rule: string; readonly entry?: string }>>;
}

describe('a process that inspects gigabyte bombs and a million entries', () => {
  let report: Report;
  before(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', child]);
    report = JSON.parse(stdout) as Report;
  });

  for (const { name, is, ours } of generated)
    it(`refuses ${name}, which ${is}`, () => {
      const { rule, entry } = ours;
      assert.deepEqual(report.outcomes[name], entry === undefined ? { rule } : { rule, entry });
    });

  it('needs less than 100 MiB more than it had before the first', () => {
    const more = report.peak - report.before;
    assert.ok(more < 100 * 1024 ** 2, `${more} bytes more than ${report.before}`);
  });
});
