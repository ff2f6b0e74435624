import type { WhyResult } from '../../operations/why.js';

/** Each way from `udos.json` to the plugin, one a line. */
export function whyView({ name, version, paths, more }: WhyResult): string {
  if (paths.length === 0) {
    return `${name} ${version} is locked, and nothing asks for it. \`udos install\` takes it out.`;
  }
  const lines = paths.map((path) =>
    path.reduce(
      (line, step) =>
        `${line} > ${step.name} ${step.version} (${step.range}${step.optional ? ', optional' : ''})`,
      '  udos.json',
    ),
  );
  return [`${name} ${version} is here because of`, ...lines, ...(more ? ['  … and more'] : [])].join('\n');
}
