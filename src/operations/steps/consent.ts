import type { Context } from '../../context/index.js';
import { UdosError } from '../../errors/index.js';
import { publisherOf } from '../../model/names.js';
import type { Plan, PlannedChange } from './plan.js';

export interface ConsentOptions {
  /** `--yes`: the answer is given. */
  readonly yes: boolean;
  /** `--frozen`: nothing may change, so the answer is no. */
  readonly frozen: boolean;
  /** True for a command that is given to bring in something new: then what comes in is no surprise. */
  readonly introduces: boolean;
  /** Renders the plan for the question. */
  readonly describe: (plan: Plan) => string;
}

/**
 * Asks before an installed plugin may do more than before, or is vouched for by other keys, or by a publisher that curators
 * recovered; and, on a terminal, before
 * a new plugin with permissions comes in. Off a terminal, a command that introduces plugins goes on; everything else that
 * brings in more permissions than before, a new dependency among them, is refused.
 *
 * @throws PERMISSIONS_WIDENED, SIGNER_CHANGED, PUBLISHER_RECOVERED, CONFIRMATION_REQUIRED when the answer is no
 */
export async function requireConsent(context: Context, plan: Plan, options: ConsentOptions): Promise<void> {
  const isExpected = (change: PlannedChange) => change.kind === 'add' && options.introduces;
  const widened = plan.changes.filter((change) => !isExpected(change) && change.widened.length > 0);
  const resigned = plan.changes.filter((change) => change.signerChanged);
  const recovered = plan.changes.filter((change) => change.recovered);
  const introduced = plan.changes.filter((change) => change.kind === 'add' && change.permissions.length > 0);
  if (!options.frozen && options.yes) return;
  if (options.frozen || !context.prompts.interactive) {
    if (recovered[0] !== undefined) throw publisherRecovered(recovered[0], options.frozen);
    if (resigned[0] !== undefined) throw signerChanged(resigned[0], options.frozen);
    if (widened[0] !== undefined) throw permissionsWidened(widened[0], options.frozen);
    return;
  }
  if (widened.length + resigned.length + recovered.length + introduced.length === 0) return;
  if (await context.prompts.confirm(`${options.describe(plan)}\n\nGo on?`)) return;
  throw new UdosError('CONFIRMATION_REQUIRED', 'Nothing was changed, as you said no.', {
    hint: 'Run the command again when you have decided.',
  });
}

/** Check 11: keys that curators put in place are not accepted unattended. */
function publisherRecovered(change: PlannedChange, frozen: boolean): UdosError {
  const publisher = publisherOf(change.name);
  return new UdosError(
    'PUBLISHER_RECOVERED',
    `The curators of the registry, not its owners, gave the publisher ${publisher} new keys since ${change.name} was locked.`,
    {
      hint: `Ask the publisher or the curators. ${hint(change, frozen)}`,
      data: { plugin: change.name, publisher, found: change.signers },
    },
  );
}

function signerChanged(change: PlannedChange, frozen: boolean): UdosError {
  return new UdosError(
    'SIGNER_CHANGED',
    `${change.name} ${change.to ?? ''} is vouched for by other keys than the lockfile has.`,
    { hint: hint(change, frozen), data: { plugin: change.name, found: change.signers } },
  );
}

function permissionsWidened(change: PlannedChange, frozen: boolean): UdosError {
  return new UdosError(
    'PERMISSIONS_WIDENED',
    `${change.name} ${change.to ?? ''} ${change.from === null ? 'comes in new and asks for' : `asks for more than ${change.from} did:`} ${change.widened.join(', ')}.`,
    {
      hint: hint(change, frozen),
      data: { plugin: change.name, from: change.from, to: change.to, widened: change.widened },
    },
  );
}

function hint(change: PlannedChange, frozen: boolean): string {
  return frozen
    ? 'Run the command without --frozen on a terminal to look at it, then commit the lockfile.'
    : `Look at it with \`udos info ${change.name}@${change.to ?? ''}\`, then run the command again with --yes.`;
}
