import { setTimeout as sleep } from 'node:timers/promises';
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../../../src/cli/base-command.js';
import { planFlags, rootFlags } from '../../../../src/cli/flags.js';
import type { Screen } from '../../../../src/cli/output.js';
import { table } from '../../../../src/cli/table.js';
import { UdosError, type ErrorCode } from '../../../../src/errors/index.js';

/** Text as a hostile index might hold it: colour, screen erasure, a hyperlink, bidi override, C1, zero width, a new line. */
export const hostile =
  '\u001b[31mred\u001b[2J \u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007 \u202ereversed\u202c \u009b1mC1 ze\u200bro\nnext\u2028line';

interface Greeting {
  readonly greeting: string;
  readonly offline: boolean;
  readonly home: string;
  readonly time: string;
}

/** The shape that every real command has. */
class Greet extends BaseCommand<Greeting> {
  static override summary = 'Greet somebody.';
  static override examples = ['<%= config.bin %> <%= command.id %> ada'];
  static override args = { name: Args.string({ required: true, description: 'Whom to greet.' }) };
  static override flags = {
    ...rootFlags,
    ...planFlags,
    language: Flags.string({ description: 'The language.', options: ['en', 'de'], default: 'en' }),
  };

  protected override async execute(): Promise<Greeting> {
    const { args, flags } = await this.parse(Greet);
    const { context } = this;
    context.reporter.step(`looking for ${args.name}`);
    if (args.name === 'nobody') context.reporter.warn(`There is no ${args.name}.`);
    return {
      greeting: `${flags.language === 'de' ? 'Hallo' : 'Hello'}, ${args.name}`,
      offline: context.offline,
      home: context.home.folder,
      time: context.clock.now().toISOString(),
    };
  }

  protected override view(result: Greeting, screen: Screen): string {
    return table(screen, ['WHAT', 'VALUE'], [['greeting', result.greeting]]);
  }
}

class Fail extends BaseCommand<object> {
  static override args = { how: Args.string({ required: true }), message: Args.string() };

  protected override async execute(): Promise<object> {
    const { args } = await this.parse(Fail);
    const message = args.message ?? 'Cannot install ada/lint@2.1.0: it failed.';
    if (args.how === 'hostile') throw new UdosError('BUG', hostile, { hint: hostile, data: { hostile } });
    if (args.how === 'circular') {
      const data: Record<string, unknown> = {};
      throw new UdosError('BUG', message, { data: Object.assign(data, { data }) });
    }
    if (args.how === 'unknown') throw new TypeError(message);
    if (args.how === 'disk') throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', path: '/full/disk' });
    if (args.how === 'crash') setImmediate(() => raise(new UdosError('ARCHIVE_UNSAFE', message)));
    if (args.how === 'crash') return new Promise(() => undefined);
    if (args.how === 'stall') return new Promise(() => undefined);
    throw new UdosError(args.how as ErrorCode, message, { hint: 'Run udos verify.', data: { found: 1 } });
  }

  protected override view(): string {
    return '';
  }
}

function raise(error: Error): never {
  throw error;
}

class Hostile extends BaseCommand<{ readonly text: string }> {
  protected override async execute() {
    await this.parse(Hostile);
    this.context.reporter.step(hostile);
    this.context.reporter.warn(hostile);
    return { text: hostile };
  }

  protected override view(result: { readonly text: string }): string {
    return result.text;
  }
}

class Ask extends BaseCommand<{ readonly answer: boolean | string }> {
  static override flags = { password: Flags.boolean() };

  protected override async execute() {
    const { flags } = await this.parse(Ask);
    const { prompts } = this.context;
    return { answer: await (flags.password ? prompts.password('Password?') : prompts.confirm('Go on?')) };
  }

  protected override view(result: { readonly answer: boolean | string }): string {
    return String(result.answer);
  }
}

/** Works until it is told to stop. */
class Wait extends BaseCommand<object> {
  protected override async execute() {
    await this.parse(Wait);
    process.stderr.write('waiting\n');
    await sleep(60_000, undefined, { signal: this.context.signal });
    return {};
  }

  protected override view(): string {
    return '';
  }
}

/** More than a pipe holds. */
class Flood extends BaseCommand<object> {
  protected override async execute() {
    await this.parse(Flood);
    return {};
  }

  protected override view(): string {
    return `${'x'.repeat(79)}\n`.repeat(20_000) + 'end';
  }
}

class Check extends BaseCommand<{ readonly problems: readonly string[] }> {
  protected override async execute() {
    await this.parse(Check);
    return { problems: ['one'] };
  }

  protected override view(result: { readonly problems: readonly string[] }): string {
    return result.problems.join('\n');
  }

  protected override exitStatusOf(result: { readonly problems: readonly string[] }): number {
    return result.problems.length > 0 ? 7 : 0;
  }
}

class RegistryAdd extends BaseCommand<object> {
  protected override async execute() {
    await this.parse(RegistryAdd);
    return {};
  }

  protected override view(): string {
    return '';
  }
}

export const commands = {
  greet: Greet,
  fail: Fail,
  hostile: Hostile,
  ask: Ask,
  wait: Wait,
  flood: Flood,
  check: Check,
  'registry:add': RegistryAdd,
};
