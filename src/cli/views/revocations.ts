import type { RevokeResult } from '../../operations/registry-revoke.js';
import type { MissingSignatures } from '../../operations/steps/missing-signatures.js';
import type { RevocationPlan } from '../../operations/steps/revocation-plan.js';
import { plainLine } from '../plain-text.js';

/** What a list of revocations will take back: shown before it is signed, as there is no way back. */
export function revocationPlanView(plan: RevocationPlan): string {
  const taken = [
    ...plan.keys.map(({ fingerprint, reason }) => `  key ${fingerprint}: ${plainLine(reason)}`),
    ...plan.releases.map(
      ({ name, version, reason }) =>
        `  ${version === '*' ? `all of ${name}` : `${name} ${version}`}: ${plainLine(reason)}`,
    ),
  ];
  const stops =
    plan.stops.length === 0
      ? ['Nothing that can be installed now stops being installable.']
      : [
          'These cannot be installed any more:',
          ...plan.stops.map(({ name, versions }) => `  ${name} ${versions.join(', ')}`),
        ];
  const notes = [
    ...plan.closes.map(
      (publisher) =>
        `! ${publisher} is closed as a whole until curators run \`udos registry publisher recover ${publisher}\`.`,
    ),
    ...(plan.rootRoles.length === 0
      ? []
      : [
          `! The key stays in the root's roles (${plan.rootRoles.join(', ')}): only a new root takes it out of them.`,
        ]),
  ];
  return [`Revocations, serial ${plan.serial}, for ever:`, ...taken, ...stops, ...notes].join('\n');
}

export function revokeView(result: RevokeResult): string {
  switch (result.state) {
    case 'dry-run':
      return `${revocationPlanView(result)}\nNothing was written (--dry-run).`;
    case 'unchanged':
      return [`It is in ${result.file} already.`, ...missingLines(result.missing)].join('\n');
    case 'published':
      return [
        revocationPlanView(result),
        '',
        `Clients see it from checkpoint ${result.sequence ?? 0} on. Push the branches main and published.`,
      ].join('\n');
    case 'committed':
      return [
        revocationPlanView(result),
        '',
        `It waits on ${result.branch === null ? 'main' : `the branch ${result.branch}`}, and clients do not see it yet.`,
        ...missingLines(result.missing),
        'Then: `udos registry checkpoint`, and push the branches main and published.',
      ].join('\n');
  }
}

/** Who must still sign what, with the command for it. */
export function missingLines(missing: readonly MissingSignatures[]): string[] {
  return missing.flatMap(({ file, count, keys }) => [
    `${count} more of ${keys.map((fp) => fp.slice(0, 16)).join(', ')} must sign:`,
    `  udos registry sign ${file} --key NAME`,
  ]);
}
