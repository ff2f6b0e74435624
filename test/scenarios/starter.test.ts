import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PluginDocument } from '../../src/model/formats/index.js';

const here = path.resolve(import.meta.dirname, '..', '..');
const index = path.join(here, 'registry-index');

describe('the starter registry', () => {
  it('is what its sources give, byte for byte', () => {
    execFileSync(process.execPath, ['--import=tsx', 'scripts/starter.ts', '--check'], {
      cwd: here,
      stdio: 'pipe',
    });
  });

  it('verifies with sha256sum in every folder', () => {
    const folders = files()
      .filter((file) => path.basename(file) === 'SHA256SUMS')
      .map((file) => path.dirname(file));
    assert.ok(folders.length >= 8);
    for (const folder of folders) {
      execFileSync('sha256sum', ['--strict', '--quiet', '-c', 'SHA256SUMS'], {
        cwd: path.join(index, folder),
        stdio: 'pipe',
      });
    }
  });

  it('verifies with the stock minisign, every signature and every artifact', () => {
    const publicKey =
      readFileSync(path.join(here, 'fixtures', 'keys', 'demo.pub'), 'utf8').split('\n')[1] ?? '';
    const sidecars = files().filter((file) => file.endsWith('.minisig'));
    assert.ok(sidecars.length >= 6);
    for (const sidecar of sidecars) {
      const file = sidecar.replace(/\.[0-9a-f]{16}\.minisig$/, '');
      execFileSync('minisign', ['-V', '-H', '-P', publicKey, '-m', file, '-x', sidecar], {
        cwd: index,
        stdio: 'pipe',
      });
    }
    const scratch = mkdtempSync(path.join(tmpdir(), 'udos-starter-test-'));
    try {
      for (const release of releases()) {
        const signature = path.join(scratch, 'artifact.minisig');
        execFileSync('sh', ['-c', 'cat > "$0"', signature], { input: release.minisig });
        execFileSync('minisign', ['-V', '-H', '-P', publicKey, '-m', release.url, '-x', signature], {
          cwd: index,
          stdio: 'pipe',
        });
      }
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });

  for (const name of readdirSync(path.join(index, 'source')).filter((entry) => !entry.includes('.'))) {
    for (const version of readdirSync(path.join(index, 'source', name))) {
      it(`${name} ${version} passes its own tests`, () => {
        const folder = path.join(index, 'source', name, version);
        const env = { PATH: process.env.PATH, HOME: folder };
        const result = spawnSync(process.execPath, ['--test'], { cwd: folder, env, encoding: 'utf8' });
        assert.equal(result.status, 0, result.stdout);
        assert.doesNotMatch(result.stdout, /^# tests 0$/m);
      });
    }
  }
});

describe('the quickstart', () => {
  it('plays the whole life of a plugin where no git is to be found', () => {
    const tools = mkdtempSync(path.join(tmpdir(), 'udos-tools-'));
    try {
      symlinkSync(process.execPath, path.join(tools, 'node'));
      const env = { PATH: tools, HOME: tools };
      const result = spawnSync(process.execPath, ['scripts/quickstart.js'], {
        cwd: here,
        env,
        encoding: 'utf8',
      });
      assert.equal(result.status, 0, `${result.stdout}${result.stderr}`);
      for (const shown of [
        'udos add',
        '"lockfileVersion": 1',
        'verified',
        'udos update',
        'uptime',
        'udos remove',
      ]) {
        assert.ok(result.stdout.includes(shown), shown);
      }
    } finally {
      rmSync(tools, { recursive: true, force: true });
    }
  });
});

/** Files of the index, by their path in it; the sources are not part of it. */
function files(): string[] {
  return readdirSync(index, { recursive: true, encoding: 'utf8' }).filter(
    (file) => !file.startsWith('source'),
  );
}

function releases(): { url: string; minisig: string }[] {
  return files()
    .filter((file) => /^plugins\/[^/]+\/[^/]+\/[^/]+\.json$/.test(file))
    .flatMap((file) => (JSON.parse(readFileSync(path.join(index, file), 'utf8')) as PluginDocument).releases)
    .map((release) => ({ url: release.urls[0] ?? '', minisig: release.minisig }));
}
