import path from 'node:path';
import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import { isVersion, type Version } from '../../model/version.js';
import { readFileIfAny } from '../../primitives/fs/index.js';

/** The uDOS that this release of the package manager belongs to: the first with a plugin architecture. */
const ownVersion = '1.2.0' as Version;

/**
 * The version of uDOS that plugins must run on: `UDOS_VERSION`, else what the root's `usr/share/udos/VERSION` says, else
 * the one this package manager belongs to.
 *
 * @throws VERSION_INVALID
 */
export async function hostVersion(context: Context, root: string): Promise<Version> {
  const file = path.join(root, 'usr', 'share', 'udos', 'VERSION');
  const told = context.env.UDOS_VERSION;
  const bytes = told === undefined || told === '' ? await readFileIfAny(file) : Buffer.from(told);
  if (bytes === undefined) return ownVersion;
  const text = Buffer.from(bytes).toString('utf8').trim().replace(/^v/, '');
  if (isVersion(text)) return text;
  throw new UdosError('VERSION_INVALID', `${JSON.stringify(text.slice(0, 60))} is not a version of uDOS.`, {
    hint: `Set UDOS_VERSION, or mend ${file}.`,
  });
}
