import type { RotateResult } from '../../operations/key-rotate.js';
import type { RecoverPlan, RecoverResult } from '../../operations/registry-publisher-recover.js';
import type { RotatePlan } from '../../operations/steps/rotation.js';
import { plainLine } from '../plain-text.js';
import { missingLines } from './revocations.js';
import { submittedView } from './submitted.js';

/** Whose keys change, and every release that is vouched for with the new ones. */
export function rotatePlanView(plan: RotatePlan): string {
  const { publisher, version, changes, plugins } = plan;
  const roles = changes.map(
    ({ role, removed, added }) => `  ${role}: ${shortKeys(removed)} -> ${shortKeys(added)}`,
  );
  return [
    ...(changes.length === 0 ? [] : [`Version ${version} of the publisher ${publisher}:`, ...roles]),
    ...(plugins.length === 0
      ? []
      : [
          'The keys in force vouch for all of these. Look at each one:',
          ...plugins.flatMap(({ name, releases }) => [
            `  ${name}`,
            ...releases.map((release) =>
              [
                `    ${release.version}  ${release.published}  ${release.integrity.slice(0, 23)}`,
                ...(release.inCheckpoint ? [] : ['! never published']),
                ...(release.revoked === false ? [] : [`revoked: ${plainLine(release.revoked)}`]),
                ...(release.yanked === false ? [] : [`yanked: ${plainLine(release.yanked)}`]),
              ].join('  '),
            ),
          ]),
          'One that is not yours must be revoked first: `udos registry revoke NAME@VERSION --reason TEXT`.',
        ]),
  ].join('\n');
}

export function rotateView(result: RotateResult): string {
  if (result.file === null && result.plugins.length === 0)
    return `Everything of ${result.publisher} is signed by its keys in force: nothing to do.`;
  const what =
    result.file === null ? `${result.publisher} is vouched for` : `New keys of ${result.publisher}`;
  const outcome =
    result.missing.length === 0
      ? [submittedView(what, result.location, result)]
      : [
          result.state === 'dry-run'
            ? `${what}: signatures would be missing. Nothing was written (--dry-run).`
            : `${what}: it waits for signatures on the branch ${result.branch ?? ''} of ${result.location}.`,
          'On a clone of it:',
          ...missingLines(result.missing),
          'Then open a pull request from the branch.',
        ];
  const leftOver = result.leftOver.map(
    ({ name, file }) =>
      `The old key ${name} is still in ${file}. Once clients see the new keys, delete that file and the .pub beside it.`,
  );
  return [rotatePlanView(result), '', ...outcome, ...leftOver].join('\n');
}

/** What curators are about to take from somebody and give to somebody else. */
export function recoverPlanView({ publisher, version, removed, added, plugins }: RecoverPlan): string {
  return [
    `Version ${version} of the publisher ${publisher}, a recovery by the curators:`,
    `  ${shortKeys(removed)} -> ${shortKeys(added)}`,
    'Be sure whose the new keys are. Every user of these is told that the curators stepped in:',
    ...(plugins.length === 0 ? ['  no plugin yet'] : plugins.map((name) => `  ${name}`)),
  ].join('\n');
}

export function recoverView(result: RecoverResult): string {
  if (result.state === 'dry-run') return `${recoverPlanView(result)}\nNothing was written (--dry-run).`;
  const { publisher, plugins, branch } = result;
  const next =
    plugins.length === 0
      ? ['Then: `udos registry checkpoint`, and push the branches main and published.']
      : [
          `Push ${branch ?? 'main'}. The new holder then runs \`udos key rotate ${publisher}\`, which vouches for its plugins.`,
          'Until that is merged, `udos registry checkpoint` keeps the old state of the whole namespace.',
        ];
  return [
    recoverPlanView(result),
    '',
    `It is in ${result.file}${branch === null ? '' : `, on the branch ${branch}`}.`,
    ...missingLines(result.missing),
    ...next,
  ].join('\n');
}

function shortKeys(keys: readonly string[]): string {
  return keys.length === 0 ? 'none' : keys.map((fp) => fp.slice(0, 16)).join(', ');
}
