import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A credential helper of git that keeps one password and a diary. */
export interface TestCredentialHelper {
  /** For the environment of whoever shall have it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The verbs it was called with, oldest first; after each the place, as `get http 127.0.0.1:4000 acme.git`. */
  calls(): string[];
  /** What it answers from now on; without a password it knows nothing. */
  knows(lines: readonly string[]): void;
}

/** Writes the helper into `folder`, and a global git configuration that names it. */
export function writeCredentialHelper(
  folder: string,
  options: { readonly useHttpPath?: boolean } = {},
): TestCredentialHelper {
  mkdirSync(folder, { recursive: true });
  const [script, diary, answer, config] = ['helper.sh', 'diary', 'answer', 'gitconfig'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string, string];
  const program = [
    '#!/bin/sh',
    `cd '${folder}' || exit 1`,
    'place=""',
    'while read -r line && [ -n "$line" ]; do',
    '  case "$line" in protocol=*|host=*|path=*) place="$place ${line#*=}" ;; esac',
    'done',
    'echo "$1$place" >> diary',
    '[ "$1" != get ] || cat answer',
  ];
  writeFileSync(script, `${program.join('\n')}\n`);
  chmodSync(script, 0o755);
  writeFileSync(diary, '');
  writeFileSync(answer, '');
  writeFileSync(
    config,
    `[credential]\n\thelper = ${script}\n\tuseHttpPath = ${String(options.useHttpPath === true)}\n`,
  );
  return {
    environment: { GIT_CONFIG_GLOBAL: config, GIT_CONFIG_NOSYSTEM: '1' },
    calls: () => readFileSync(diary, 'utf8').split('\n').filter(Boolean),
    knows: (lines) => {
      writeFileSync(answer, lines.map((line) => `${line}\n`).join(''));
    },
  };
}
