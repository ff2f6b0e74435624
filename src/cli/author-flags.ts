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

/** For owners whose checkpoint key was stolen. */
export const afterFlag = {
  after: Flags.integer({
    description: 'Go on after this checkpoint: a stolen key that the root takes away signed the later ones.',
    helpValue: 'N',
    min: 1,
  }),
};

function changes(description: string, helpValue: string) {
  return Flags.string({ multiple: true, multipleNonGreedy: true, description, helpValue });
}

/** What changes in a registry's root. */
export const rootFlags = {
  replace: changes('Put another key in place of one, in every role.', 'OLD=NEW'),
  add: changes('Give a role a key: a name of yours, a .pub file, or RW… text.', 'ROLE=KEY'),
  remove: changes('Take a key from a role.', 'ROLE=KEY'),
  threshold: changes('How many keys of a role must sign.', 'ROLE=N'),
  days: Flags.integer({ description: 'How long the root lasts from now on.', min: 1, max: 36500 }),
  ...afterFlag,
};
