import type { RootRotateResult } from '../../operations/registry-rotate.js';
import type { KeyLabel, RecoveryFile, RoleState, RootPlan } from '../../operations/steps/root-rotation.js';
import { keptBackLines } from './kept-back.js';
import { missingLines } from './revocations.js';

/** Files of a long list that are named; `--json` has them all. */
const shownFiles = 20;

/** What a rotation is about to do. */
export function rootPlanView(plan: RootPlan): string {
  const { before, after } = plan.expires;
  const recoveries = recoveriesOf(plan, plan.resigned);
  const others = plan.resigned.filter((file) => !recoveries.some((one) => one.file === file));
  const named = others.slice(0, shownFiles).map((file) => `  signed anew  ${file}`);
  const more = others.length - named.length;
  return [
    `Root ${plan.version} of ${plan.registry}`,
    ...plan.roles.flatMap((role) => roleLines(role.name, role.before, role.after)),
    before === after ? `  expires     ${after}` : `  expires     ${after} (before: ${before})`,
    ...lifetimeLines(plan),
    ...(plan.signers.length === 0 ? [] : [`  signed by   ${plan.signers.map(keyText).join(', ')}`]),
    ...named,
    ...(more > 0 ? [`  and ${more} files more`] : []),
    ...recoveries.map((one) => `  signed anew  ${recoveryText(one)}`),
    ...(plan.notPublished.length === 0 ? [] : [unpublishedView(plan)]),
  ].join('\n');
}

function lifetimeLines({ checkpointDays: { before, after } }: RootPlan): string[] {
  if (before === after) return [];
  return [
    `! checkpoints last ${after} days under this root, not ${before}: make one in time, or say \`registry checkpoint --days N\``,
  ];
}

/** What nobody signs unasked: every file of it, as one among many is where a thief would hide. */
export function unpublishedView(plan: RootPlan): string {
  const recoveries = new Map(recoveriesOf(plan, plan.notPublished).map((one) => [one.file, one]));
  return [
    'On main, not published, and not signed anew. Look at each before you sign it:',
    ...plan.notPublished.map((file) => {
      const recovery = recoveries.get(file);
      return `  ${recovery === undefined ? file : recoveryText(recovery)}`;
    }),
  ].join('\n');
}

function recoveriesOf({ recoveries }: RootPlan, files: readonly string[]): RecoveryFile[] {
  return recoveries.filter((one) => files.includes(one.file));
}

function recoveryText({ file, publisher, owners }: RecoveryFile): string {
  const keys = owners.map((fp) => fp.slice(0, 16)).join(', ');
  return `${file}: a recovery that gives ${publisher} to ${keys}`;
}

export function rootRotateView(result: RootRotateResult): string {
  const plan = rootPlanView(result);
  return [
    plan,
    '',
    ...outcome(result),
    ...missingLines(result.missing),
    ...keptBackLines(result.keptBack),
    ...unsignedLines(result),
  ].join('\n');
}

/** What to do about files that wait unsigned; what blocks the root is told with its signatures. */
function unsignedLines({ state, notPublished, missing }: RootRotateResult): string[] {
  const waiting = notPublished.filter((file) => !missing.some((one) => one.file === file));
  if (waiting.length === 0) return [];
  return state === 'dry-run'
    ? ['--sign-unpublished signs what is not published too.']
    : [
        'What is not published stays back until it is signed. If it is yours:',
        ...waiting.map((file) => `  udos registry sign ${file} --key NAME`),
      ];
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
