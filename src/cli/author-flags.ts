import { Flags } from '@oclif/core';

/** For commands that sign. */
export const keyFlags = {
  key: Flags.string({
    char: 'k',
    multiple: true,
    multipleNonGreedy: true,
    description: 'Sign with this key: its name, the beginning of its fingerprint, or a .key file.',
    helpValue: 'KEY',
  }),
};

/** For commands that act on an index in a folder. */
export const indexFlags = {
  index: Flags.directory({
    description: 'The folder of the index; by default the current one.',
    helpValue: 'DIR',
  }),
};

/** For commands that bring something into a registry. */
export const submitFlags = {
  ...keyFlags,
  registry: Flags.string({ description: 'The registry, by its alias.', helpValue: 'ALIAS' }),
  branch: Flags.string({
    description: 'Propose on this branch instead of publishing at once.',
    helpValue: 'NAME',
  }),
  'dry-run': Flags.boolean({ description: 'Judge everything and write nothing.' }),
};
