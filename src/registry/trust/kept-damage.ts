import { UdosError } from '../../errors/index.js';
import type { RegistryId } from '../../model/names.js';

/** STATE_CORRUPT of what this machine keeps of a registry. `data.problem` says what alone. */
export function damaged(registry: RegistryId, problem: string, cause?: unknown): UdosError {
  return new UdosError(
    'STATE_CORRUPT',
    `What this machine keeps of the registry ${registry} is damaged: ${problem}.`,
    {
      hint: 'The registry did nothing wrong. `udos doctor` says what is damaged, and what mends it.',
      data: { registry, problem },
      cause,
    },
  );
}
