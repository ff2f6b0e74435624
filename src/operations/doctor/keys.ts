import { lstat } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import { parseSecretKeyFile } from '../../primitives/crypto/index.js';
import { fileError, listFolder } from '../../primitives/fs/index.js';
import { namingFile, readKeyText, readStoredKey } from '../steps/key-files.js';
import { shellPath } from '../steps/fix-text.js';
import type { Findings } from './findings.js';

/** Whether each signing key can be read, and by nobody else. No password is asked. */
export async function checkKeys({ home }: Context, findings: Findings): Promise<void> {
  const names = await findings.attempt(
    'unreadable',
    home.keys,
    'Check the owner and the mode of that folder.',
    () => listFolder(home.keys),
  );
  for (const name of (names ?? []).filter((one) => one.endsWith('.key'))) {
    const file = path.join(home.keys, name);
    const broken = shellPath(`${file}.broken`);
    await findings.attempt(
      'key-invalid',
      file,
      `Restore it, and the .pub file beside it, from your backup. Without one, move it away with \`mv ${shellPath(file)} ${broken}\`.`,
      () => readKey(file),
    );
    await findings.attempt('unreadable', file, 'Check the owner and the mode of that file.', async () => {
      if (!(await isExposed(file))) return;
      const fix = `Run \`chmod 600 ${shellPath(file)}\`. If others may have read it, replace the key.`;
      findings.add('key-exposed', file, 'Others on this machine may read this secret key.', fix);
    });
  }
}

async function readKey(file: string): Promise<void> {
  const stored = await readStoredKey(file);
  if (stored === undefined || stored.encrypted) return;
  const { publicKey } = await namingFile(file, async () => parseSecretKeyFile(await readKeyText(file)));
  if (publicKey.fingerprint === stored.fingerprint) return;
  throw new UdosError('KEY_INVALID', `${file} and the .pub file beside it hold two different keys.`);
}

async function isExposed(file: string): Promise<boolean> {
  // Windows has no such mode.
  if (process.platform === 'win32') return false;
  try {
    const entry = await lstat(file);
    return entry.isFile() && (entry.mode & 0o077) !== 0;
  } catch (error) {
    throw fileError('look at', file, error);
  }
}
