/** The layer rule: calls only go downwards, and capabilities never meet except in operations. */
const capabilities = ['registry', 'resolve', 'artifact', 'store', 'lock'];

const capabilityRules = capabilities.map((name) => ({
  name: `${name}-stands-alone`,
  comment: `src/${name} may not import another capability. Put a port in src/model and join the two in src/operations.`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: {
    path: `^(src/(cli|operations|${capabilities.filter((other) => other !== name).join('|')})|commands)/`,
  },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Two files that import each other are one file: split out what both need.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'commands-stay-thin',
      comment:
        'A command parses flags, calls one operation and shows the result. Move the work to src/operations.',
      severity: 'error',
      from: { path: '^commands/' },
      to: { path: '^src/(registry|resolve|artifact|store|lock|primitives)/' },
    },
    {
      name: 'operations-do-not-print',
      comment: 'Operations return results. Printing lives in src/cli.',
      severity: 'error',
      from: { path: '^src/operations/' },
      to: { path: '^(src/cli|commands)/' },
    },
    ...capabilityRules,
    {
      name: 'primitives-know-no-plugins',
      comment: 'Primitives may import only each other and src/errors. Pass what they need as a parameter.',
      severity: 'error',
      from: { path: '^src/primitives/' },
      to: { path: '^(src/(?!primitives|errors)|commands)' },
    },
    {
      name: 'ground-stands-on-ground',
      comment: 'model, errors and context may import only each other and pure primitives.',
      severity: 'error',
      from: { path: '^src/(model|errors|context)/' },
      to: { path: '^(src/(?!model|errors|context|primitives)|commands)' },
    },
    {
      name: 'product-does-not-know-tests',
      comment: 'Test kit and fixtures stay out of the product.',
      severity: 'error',
      from: { path: '^(src|commands|bin)/' },
      to: { path: '^(test|fixtures|scripts)/' },
    },
    {
      name: 'declared-dependencies-only',
      comment: 'Add the package to "dependencies", or use one that is there.',
      severity: 'error',
      from: { path: '^(src|commands|bin)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
