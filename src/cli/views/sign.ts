import type { RootContent, SignPlan, SignResult } from '../../operations/registry-sign.js';
import { plainLine } from '../plain-text.js';

/** What a signature would say. */
export function signPlanView(plan: SignPlan): string {
  const { before, root } = plan;
  const expires = before === null || before.expires === root?.expires ? '' : ` (before: ${before.expires})`;
  return [
    plainLine(plan.file),
    `  type        ${plan.type}`,
    `  registry    ${plan.registry}`,
    `  path        ${plan.path}`,
    `  n           ${plan.n}`,
    `  sha256      ${plan.sha256}`,
    ...(root === null ? [] : [`  expires     ${root.expires}${expires}`, ...roleLines(root, before)]),
    ...plan.keys.map((fp) => `  key         ${fp}`),
  ].join('\n');
}

export function signView(result: SignResult): string {
  const written = result.sidecars.map((sidecar) => `Wrote ${plainLine(sidecar)}`);
  const next = 'A signature counts once it lies beside the document on main: commit it there, and push.';
  return [signPlanView(result), ...written, next].join('\n');
}

function roleLines(root: RootContent, before: RootContent | null): string[] {
  const names = [...new Set([...root.roles, ...(before?.roles ?? [])].map((role) => role.name))];
  return names.flatMap((name) => {
    const now = roleText(root, name);
    const was = before === null ? now : roleText(before, name);
    const label = `  ${name.padEnd(12)}`;
    return was === now ? [label + now] : [label + was, `${' '.repeat(14)}-> ${now}`];
  });
}

function roleText({ roles }: RootContent, name: string): string {
  const role = roles.find((one) => one.name === name);
  if (role === undefined) return 'nobody';
  return `${role.threshold} of ${role.keys.length}: ${role.keys.map((fp) => fp.slice(0, 16)).join(', ')}`;
}
