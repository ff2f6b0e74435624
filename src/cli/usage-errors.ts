import { Errors } from '@oclif/core';
import { UdosError } from '../errors/index.js';
import { nearest } from '../model/nearest.js';

/**
 * What the user got wrong, as USAGE, from what oclif's parser threw.
 *
 * @param command the words of the command whose arguments did not parse, `registry add`.
 * @param flags the names of its flags.
 */
export function argumentsError(
  error: Errors.CLIError,
  bin: string,
  command: string,
  flags: readonly string[],
): UdosError {
  const help = `${bin} ${command} --help`;
  const unknown = listOf(error, 'flags').filter((flag) => typeof flag === 'string');
  const meant = unknown
    .map((flag) => nearest(flag.replace(/^-+|=.*$/gs, ''), flags))
    .find((flag) => flag !== undefined);
  return new UdosError('USAGE', sentenceOf(error), {
    hint:
      meant === undefined
        ? `Run ${help} to see what it takes.`
        : `Did you mean --${meant}? Run ${help} to see all.`,
    data: { command },
    cause: error,
  });
}

/** The commands and topics that exist, by their oclif ids: `registry:add`. */
export interface KnownCommands {
  readonly bin: string;
  readonly commands: readonly string[];
  readonly topics: readonly string[];
}

/**
 * USAGE for a command that does not exist. oclif counts every word up to the first flag to the command's name, so the words
 * may be a command that takes no arguments, with arguments.
 */
export function noSuchCommand(words: readonly string[], { bin, commands, topics }: KnownCommands): UdosError {
  const prefixes = words.map((_, index) => words.slice(0, words.length - index));
  const existing = prefixes.find((prefix) => commands.includes(prefix.join(':')))?.join(' ');
  if (existing !== undefined) {
    const rest = words.slice(existing.split(' ').length);
    return new UdosError('USAGE', `Unexpected argument: ${rest.join(' ')}.`, {
      hint: `Run ${bin} ${existing} --help to see what it takes.`,
      data: { command: existing },
    });
  }
  const topic = prefixes.find((prefix) => topics.includes(prefix.join(':')))?.join(' ');
  const meant = prefixes
    .map((prefix) =>
      nearest(
        prefix.join(':'),
        commands.filter((id) => id.split(':').length === prefix.length),
      ),
    )
    .find((id) => id !== undefined)
    ?.replaceAll(':', ' ');
  const list = topic === undefined ? `${bin} --help` : `${bin} ${topic} --help`;
  const shown =
    topic === undefined ? (words[0] ?? '') : words.slice(0, topic.split(' ').length + 1).join(' ');
  return new UdosError('USAGE', `There is no command "${bin} ${shown}".`, {
    hint: `${meant === undefined ? '' : `Did you mean ${bin} ${meant}? `}Run ${list} to see what there is.`,
    data: { command: words.join(' ') },
  });
}

/** The id that oclif looked for, when `error` says that there is no such command. */
export function missingCommandIn(error: Errors.CLIError): string | undefined {
  return /^command (.+) not found\.?$/is.exec(error.message)?.[1];
}

/** oclif's own words, without its lists, colours and pointer to `--help`, which the hint replaces. */
function sentenceOf(error: Errors.CLIError): string {
  const missing = listOf(error, 'args').filter(
    (arg): arg is { name: string } => typeof arg === 'object' && arg !== null && 'name' in arg,
  );
  if (/^missing/i.test(error.message) && missing.length > 0) {
    const names = missing.map((arg) => arg.name.toUpperCase()).join(', ');
    return `Missing argument${missing.length === 1 ? '' : 's'}: ${names}.`;
  }
  const lines = error.message
    .replace(/\nSee more help with --help$/, '')
    .replace(/^The following errors? occurred:\s*/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const sentence = lines.join('; ');
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

function listOf(error: object, property: 'args' | 'flags'): readonly unknown[] {
  const value: unknown = property in error ? (error as Record<string, unknown>)[property] : undefined;
  return Array.isArray(value) ? value : [];
}
