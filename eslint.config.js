import js from '@eslint/js';
import globals from './eslint.globals.js';
import tseslint from 'typescript-eslint';

/** The house rules that a compiler cannot see. Each message names the remedy. */
const houseRules = {
  'no-console': 'error',
  eqeqeq: 'error',
  'no-restricted-properties': [
    'error',
    { object: 'process', property: 'exit', message: 'Throw an UdosError; only src/cli sets exit codes.' },
    { object: 'process', property: 'env', message: 'Read the environment from Context.env.' },
    { object: 'Date', property: 'now', message: 'Read the time from Context.clock.' },
  ],
};

export default tseslint.config(
  { ignores: ['dist/', 'registry-index/artifacts/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...houseRules,
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: true }],
    },
  },
  {
    files: ['src/cli/**', 'src/context/**', 'test/**', 'scripts/**'],
    rules: { 'no-restricted-properties': 'off', 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs', '**/*.mjs'],
    languageOptions: { globals },
    rules: { eqeqeq: 'error' },
  },
);
