import { Command, Errors, type Interfaces } from '@oclif/core';
import type { Context } from '../context/index.js';
import { createContext } from './create-context.js';
import { commonFlags } from './flags.js';
import { isJsonWanted } from './json-flag.js';
import { screenOf, type Screen } from './output.js';
import { jsonText, printable } from './plain-text.js';
import { redact, redactUrls } from './redact.js';
import type { TerminalReporter } from './reporter.js';
import { currentSurroundings } from './surroundings.js';
import { argumentsError } from './usage-errors.js';

type Values = Record<string, unknown>;

/**
 * A command of udos: it parses its flags, calls one operation, and says how the result looks to people.
 *
 * Under `--json` the result itself is the one document on stdout, so its fields are a promise; `T` holds only what JSON can
 * carry. Errors are not caught here but in `main`, which shows them and sets the exit status.
 */
export abstract class BaseCommand<T extends object> extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = commonFlags;

  readonly #surroundings = currentSurroundings();
  #context: Context | undefined;
  #reporter: TerminalReporter | undefined;
  #quiet = false;

  /** Parses the flags with `this.parse(Class)`, then calls one operation with `this.context`. */
  protected abstract execute(): Promise<T>;

  /**
   * The result for people: plain text, without colours or escape sequences (they would be stripped); empty to print nothing.
   * Text from elsewhere goes through `plain` or `plainLine`; `table` does that itself.
   */
  protected abstract view(result: T, screen: Screen): string;

  /** For a result that is shown in full and yet is a failure. A command without it exits with 0. */
  protected exitStatusOf?(result: T): number;

  /** The world for the operation. It exists once the flags are parsed. */
  protected get context(): Context {
    if (this.#context === undefined) throw new TypeError('Call this.parse() before this.context.');
    return this.#context;
  }

  override async run(): Promise<T> {
    try {
      const result = await this.execute();
      this.#reporter?.clear();
      const status = this.exitStatusOf?.(result) ?? 0;
      const { stdout, env } = this.#surroundings;
      // What is a failure is cleaned as one: it may repeat what a server said.
      const clean = status === 0 ? redactUrls : (text: string) => redact(text, env);
      if (!this.jsonEnabled() && !this.#quiet) this.#print(this.view(result, screenOf(stdout)), clean);
      if (status === 0) return result;
      if (this.jsonEnabled()) stdout.write(jsonText(result, clean));
      return this.exit(status);
    } finally {
      this.#reporter?.clear();
    }
  }

  protected override async parse<F extends Values, B extends Values, A extends Values>(
    options?: Interfaces.Input<F, B, A>,
    argv?: string[],
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv);
    const flags: Values = parsed.flags;
    // oclif leaves out what was not given, though its types say `false`.
    for (const [name, flag] of Object.entries<{ type: string }>(options?.flags ?? {})) {
      if (flag.type === 'boolean') flags[name] ??= false;
    }
    this.#quiet = flags.quiet === true;
    const { context, reporter } = createContext(this.#surroundings, {
      json: this.jsonEnabled(),
      offline: flags.offline === true,
      quiet: this.#quiet,
      verbose: flags.verbose === true,
    });
    this.#context = context;
    this.#reporter = reporter;
    return parsed;
  }

  /** oclif would print here and set an exit status of its own. */
  protected override catch(error: Error): Promise<never> {
    if (!(error instanceof Errors.CLIError) || error instanceof Errors.ExitError)
      return Promise.reject(error);
    const flags = Object.keys({ ...this.ctor.baseFlags, ...this.ctor.flags });
    const command = (this.id ?? '').replaceAll(':', ' ');
    return Promise.reject(argumentsError(error, this.config.bin, command, flags));
  }

  override jsonEnabled(): boolean {
    return isJsonWanted(this.argv);
  }

  override log(message = ''): void {
    if (!this.jsonEnabled()) this.#print(message);
  }

  override warn(input: Error | string): Error | string {
    this.#reporter?.warn(input instanceof Error ? input.message : input);
    return input;
  }

  protected override logJson(json: unknown): void {
    this.#surroundings.stdout.write(jsonText(json, redactUrls));
  }

  #print(text: string, clean = redactUrls): void {
    const page = printable(clean(text)).trimEnd();
    if (page !== '') this.#surroundings.stdout.write(`${page}\n`);
  }
}
