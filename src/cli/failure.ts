import { inspect } from 'node:util';
import { Config, Errors } from '@oclif/core';
import { UdosError } from '../errors/index.js';
import { fileError, isSystemError } from '../primitives/fs/index.js';
import { coloursFor } from './colours.js';
import { errorDocument, errorView } from './error-view.js';
import { interruptionIn } from './interruption.js';
import { isJsonWanted } from './json-flag.js';
import { proseWidth } from './output.js';
import { jsonText, printable } from './plain-text.js';
import { redact } from './redact.js';
import type { Surroundings } from './surroundings.js';
import { argumentsError, missingCommandIn, noSuchCommand } from './usage-errors.js';

/** Failures of the disk or the system, which no code of ours can prevent wherever they surface. */
const diskFailures = ['EACCES', 'EPERM', 'ENOSPC', 'EROFS', 'EDQUOT', 'EMFILE', 'ENFILE'];

/**
 * Shows why the command ended and gives its exit status: DESIGN section 6.
 *
 * One document on stdout under `--json`, else words on stderr; never a stack trace unless `UDOS_DEBUG` is set. What a user
 * interrupted is not shown, unless it left something on disk to know about.
 */
export async function showFailure(
  thrown: unknown,
  argv: readonly string[],
  entryUrl: string,
  { stdout, stderr, env, interruption }: Surroundings,
): Promise<number> {
  if (thrown instanceof Errors.ExitError) return thrown.oclif.exit ?? 1;
  const error = await asUdosError(thrown, entryUrl);
  const stopped = interruptionIn(thrown, interruption.signal);
  if (stopped === undefined || error.exitClass === 'state') {
    const clean = (text: string) => redact(text, env);
    if (isJsonWanted(argv)) {
      stdout.write(errorJson(error, clean));
    } else {
      stderr.write(errorView(error, { colours: coloursFor(stderr, env), width: proseWidth(stderr), env }));
    }
  }
  if (isDebugged(env)) stderr.write(`${printable(redact(inspect(thrown), env))}\n`);
  return stopped?.exit ?? error.exit;
}

/** A document even when `data` holds what JSON cannot carry. */
function errorJson(error: UdosError, clean: (text: string) => string): string {
  try {
    return jsonText(errorDocument(error), clean);
  } catch {
    const { code, message, hint } = errorDocument(error).error;
    return jsonText({ error: { code, message, hint, data: {} } }, clean);
  }
}

async function asUdosError(thrown: unknown, entryUrl: string): Promise<UdosError> {
  if (thrown instanceof UdosError) return thrown;
  if (thrown instanceof Errors.CLIError && !(thrown instanceof Errors.ModuleLoadError)) {
    const config = await Config.load(entryUrl);
    const missing = missingCommandIn(thrown);
    if (missing === undefined) return argumentsError(thrown, config.bin, '', []);
    return noSuchCommand(missing.split(/[: ]/), {
      bin: config.bin,
      commands: config.commands.filter((command) => !command.hidden).map((command) => command.id),
      topics: config.topics.map((topic) => topic.name),
    });
  }
  if (isSystemError(thrown, ...diskFailures)) return fileError('use', thrown.path ?? 'a file', thrown);
  return new UdosError('BUG', `udos stopped because of a mistake in it: ${firstLineOf(thrown)}`, {
    hint: 'Run the command again with UDOS_DEBUG=1 and report what it prints, along with the output of udos --version.',
    cause: thrown,
  });
}

function firstLineOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message || thrown.name : inspect(thrown);
  return text.trim().split('\n')[0] ?? '';
}

function isDebugged(env: Surroundings['env']): boolean {
  return !['', '0', 'false'].includes(env.UDOS_DEBUG ?? '');
}
