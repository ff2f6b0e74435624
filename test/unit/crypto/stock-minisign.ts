import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder in which the real `minisign` works. It must be installed: without it these tests fail. */
export class StockMinisign {
  readonly #folder = mkdtempSync(join(tmpdir(), 'udos-minisign-'));

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(join(this.#folder, name), content);
  }

  read(name: string): string {
    return readFileSync(join(this.#folder, name), 'utf8');
  }

  /** Its exit status; `input` is what somebody types. Throws when minisign cannot be started. */
  run(args: readonly string[], input = ''): Promise<number | null> {
    return new Promise((resolve, reject) => {
      const child = spawn('minisign', args, { cwd: this.#folder, stdio: ['pipe', 'ignore', 'ignore'] });
      child.on('error', reject);
      child.on('close', resolve);
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    });
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
