import type { KeyListResult } from '../../operations/key-list.js';
import type { StoredKey } from '../../operations/steps/keys.js';
import type { Screen } from '../output.js';
import { plainLine } from '../plain-text.js';
import { table } from '../table.js';
import { fields } from './fields.js';

export function keyListView({ folder, keys, unreadable }: KeyListResult, screen: Screen): string {
  const broken = unreadable.map(
    ({ name, reason }) => `! ${plainLine(name)} is unreadable. ${plainLine(reason)}`,
  );
  const none = `There is no key in ${folder}. Make one with \`udos key generate\`.`;
  if (keys.length === 0) return broken.length === 0 ? none : broken.join('\n');
  const rows = keys.map((key) => [
    key.name,
    key.fingerprint,
    key.encrypted ? 'with a password' : 'in the clear',
  ]);
  return [table(screen, ['key', 'fingerprint', ''], rows), ...broken].join('\n');
}

export function keyGenerateView(key: StoredKey, screen: Screen): string {
  return [
    `The key ${key.name} is in ${key.file}. Keep a copy of it where nobody else can read it.`,
    fields(screen, [
      ['  fingerprint', key.fingerprint],
      ['  public key', key.encoded],
      ['  secret half', key.encrypted ? 'encrypted with the password' : '! in the clear'],
    ]),
  ].join('\n');
}
