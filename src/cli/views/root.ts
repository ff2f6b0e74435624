import type { RootRotateResult } from '../../operations/registry-rotate.js';
import type { KeyLabel, RoleState, RootPlan } from '../../operations/steps/root-rotation.js';
import { missingLines } from './revocations.js';

/** Files of a long list that are named; `--json` has them all. */
const shownFiles = 20;

/** What a rotation is about to do. */
export function rootPlanView(plan: RootPlan): string {
  const { before, after } = plan.expires;
  const named = plan.resigned.slice(0, shownFiles).map((file) => `  signed anew  ${file}`);
  const more = plan.resigned.length - named.length;
  return [
    `Root ${plan.version} of ${plan.registry}`,
    ...plan.roles.flatMap((role) => roleLines(role.name, role.before, role.after)),
    before === after ? `  expires     ${after}` : `  expires     ${after} (before: ${before})`,
    ...(plan.signers.length === 0 ? [] : [`  signed by   ${plan.signers.map(keyText).join(', ')}`]),
    ...named,
    ...(more > 0 ? [`  and ${more} files more`] : []),
  ].join('\n');
}

export function rootRotateView(result: RootRotateResult): string {
  const plan = rootPlanView(result);
  const kept = result.keptBack.map((part) => `  kept back ${part.path}: ${part.message} [${part.code}]`);
  return [plan, '', ...outcome(result), ...missingLines(result.missing), ...kept].join('\n');
}

function outcome({ state, version, branch, sequence, missing }: RootRotateResult): string[] {
  const where = branch === null ? 'main' : `the branch ${branch}`;
  switch (state) {
    case 'dry-run':
      return ['Nothing was written (--dry-run).'];
    case 'published':
      return [
        `Clients follow root ${version} from checkpoint ${sequence ?? ''} on. Push the branches main and published.`,
      ];
    case 'complete':
      return missing.length === 0
        ? [
            `Root ${version} is complete on main. Next: \`udos registry checkpoint\` with a key of the checkpoint role.`,
          ]
        : [`Root ${version} is complete, and clients wait with it until these files are signed:`];
    case 'proposed':
      return missing.length === 0
        ? [`Root ${version} is complete on ${where}. Merge it, then run \`udos registry rotate\`.`]
        : [
            `Root ${version} is a proposal on ${where}. Clients do not follow it before these signatures are there:`,
          ];
  }
}

function roleLines(name: string, before: RoleState | null, after: RoleState | null): string[] {
  const label = `  ${name.padEnd(10)}  `;
  if (before !== null && after !== null && roleText(before) === roleText(after))
    return [label + roleText(after)];
  return [`${label}${roleText(before)}`, `${' '.repeat(label.length)}-> ${roleText(after)}`];
}

function roleText(state: RoleState | null): string {
  if (state === null) return 'nobody';
  return `${state.threshold} of ${state.keys.length}: ${state.keys.map(keyText).join(', ')}`;
}

function keyText({ fingerprint, name }: KeyLabel): string {
  const short = fingerprint.slice(0, 16);
  return name === null ? short : `${name} (${short})`;
}
