import { Flags } from '@oclif/core';

/** What every command takes. */
export const commonFlags = {
  json: Flags.boolean({
    description: 'Print one JSON document on stdout, for programs.',
    helpGroup: 'GLOBAL',
  }),
  offline: Flags.boolean({
    description: 'Reach no network; work with what is already here.',
    helpGroup: 'GLOBAL',
  }),
  quiet: Flags.boolean({
    char: 'q',
    description: 'Print nothing but errors and what was asked for with --json.',
    exclusive: ['verbose'],
    helpGroup: 'GLOBAL',
  }),
  verbose: Flags.boolean({
    description: 'Tell each step on stderr, also where it is no terminal.',
    helpGroup: 'GLOBAL',
  }),
};

/** For commands that act on the project or, with `--global`, on the machine. */
export const rootFlags = {
  global: Flags.boolean({
    char: 'g',
    description: 'Act on the machine instead of the project.',
  }),
  root: Flags.directory({
    description: 'The prefix that plugins are installed under.',
    helpValue: 'DIR',
  }),
};

/** For commands that show a plan before they change anything. */
export const planFlags = {
  'dry-run': Flags.boolean({
    description: 'Show what would change and change nothing.',
  }),
  yes: Flags.boolean({
    char: 'y',
    description: 'Answer yes to every question.',
  }),
};
