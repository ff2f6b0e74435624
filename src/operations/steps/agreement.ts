import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';

/**
 * Shows what is about to be signed for good, and goes on only when somebody agrees: on a terminal, or beforehand with
 * `--yes`.
 *
 * @throws CONFIRMATION_REQUIRED
 */
export async function requireAgreement(context: Context, yes: boolean, text: string): Promise<void> {
  if (yes) return;
  if (!context.prompts.interactive) {
    throw new UdosError('CONFIRMATION_REQUIRED', 'Somebody must look at this before it is signed.', {
      hint: 'See it with --dry-run; then run the command on a terminal, or add --yes.',
    });
  }
  if (await context.prompts.confirm(`${text}\n\nSign this?`)) return;
  throw new UdosError('CONFIRMATION_REQUIRED', 'Nothing was signed, as you said no.', {
    hint: 'Run the command again when you have decided.',
  });
}
