import { z } from 'zod';
import * as scalar from './scalars.js';

/** `UDOS_HOME/receipts/…`: the fact that a release is installed under a root, file by file. */
export const receipt = z.strictObject({
  type: z.literal('udos/receipt@1'),
  root: z.string(),
  name: scalar.pluginName,
  version: scalar.version,
  registry: scalar.registryId,
  integrity: scalar.integrity,
  files: z.record(
    z.string(),
    z.strictObject({ size: scalar.byteCount, sha256: scalar.sha256, executable: z.boolean() }),
  ),
});

export type Receipt = z.infer<typeof receipt>;
