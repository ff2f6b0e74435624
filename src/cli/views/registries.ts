import type { RegistryAddResult } from '../../operations/registry-add.js';
import type { RegistryListResult } from '../../operations/registry-list.js';
import type { RegistryRemoveResult } from '../../operations/registry-remove.js';
import type { RegistryShowResult } from '../../operations/registry-show.js';
import type { RegistrySyncResult } from '../../operations/registry-sync.js';
import type { Screen } from '../output.js';
import { plainLine } from '../plain-text.js';
import { table } from '../table.js';
import { wrap } from '../wrap.js';
import { fields } from './fields.js';

export function registryAddView(result: RegistryAddResult, screen: Screen): string {
  return [
    `${result.alias} is "${plainLine(result.name)}", written to ${result.file}.`,
    fields(screen, [
      ['  id', result.id],
      ['  at', [result.url, ...result.mirrors].join(', ')],
      ['  checkpoint', `${result.sequence}, lasts until ${result.expires}`],
    ]),
  ].join('\n');
}

export function registryListView({ registries }: RegistryListResult, screen: Screen): string {
  if (registries.length === 0)
    return 'No registry yet. Add one with `udos registry add ALIAS URL --id udr1…`.';
  const rows = registries.map((one) => [
    one.alias,
    one.id.slice(0, 12),
    one.url,
    one.from === 'project' ? 'udos.json' : 'your settings',
    one.sequence === null ? 'not read yet' : `checkpoint ${one.sequence}`,
    [one.internal ? 'internal' : '', one.token ? 'token' : ''].filter((word) => word !== '').join(', '),
  ]);
  return table(screen, ['alias', 'id', 'at', 'from', 'seen', ''], rows);
}

export function registryRemoveView(result: RegistryRemoveResult, screen: Screen): string {
  const { alias, id, plugins, routes } = result;
  const notes = [
    result.forgotten
      ? 'What this machine knew of it is forgotten.'
      : 'What this machine knows of it stays, so that nobody can turn it back; --forget removes that too.',
    ...(result.remains
      ? [
          `Your own settings still have ${alias}: remove it there with \`udos registry remove ${alias} --global\`.`,
        ]
      : []),
    ...(plugins.length === 0
      ? []
      : [`! The lockfile still has plugins from it: ${plugins.join(', ')}. Remove them, or add it again.`]),
    ...(routes.length === 0 ? [] : [`! Routes of udos.json still lead to it: ${routes.join(', ')}.`]),
  ];
  return [`${alias} (${id}) is gone from ${result.file}.`, ...notes]
    .map((line) => wrap(line, screen.columns ?? Infinity, '  '))
    .join('\n');
}

export function registryShowView(result: RegistryShowResult, screen: Screen): string {
  const { checkpoint, root, support } = result;
  return [
    `${result.alias}: ${plainLine(result.name)}`,
    wrap(plainLine(result.description), screen.columns ?? Infinity),
    '',
    fields(screen, [
      ['id', result.id],
      ['at', result.url],
      ['mirrors', result.mirrors.join(', ')],
      [
        'from',
        `${result.from === 'project' ? 'udos.json' : 'your settings'}${result.internal ? ', internal' : ''}`,
      ],
      ['homepage', result.homepage],
      ['support', [support?.url, support?.email].filter((one) => one !== undefined).join(', ')],
      ['plugins', result.plugins === null ? 'no copy of the catalog here' : `${result.plugins}`],
      ['checkpoint', `${checkpoint.sequence}, signed ${checkpoint.issued}`],
      ['expires', `${checkpoint.expires}${checkpoint.expired ? '  ! it has expired' : ''}`],
      ['root', `${root.version}, lasts until ${root.expires}`],
      ['inherits', result.upstreams.join(', ')],
    ]),
    '',
    table(
      screen,
      ['role', 'signatures', 'keys'],
      Object.entries(result.roles).map(([role, { threshold, keys }]) => [
        role,
        `${threshold} of ${keys.length}`,
        keys.map((fp) => fp.slice(0, 16)).join(' '),
      ]),
    ),
    ...(result.evidence.length === 0
      ? []
      : [
          '',
          '! Signed proof that this index contradicted itself:',
          ...result.evidence.map((one) => `  ${one}`),
          '',
          table(
            screen,
            ['checkpoint', 'signed', 'sha256'],
            result.evidenceHeads.map((head) => [`${head.sequence}`, head.issued, head.sha256]),
          ),
        ]),
    ...result.resets.flatMap((one) => ['', resetNote(one, screen)]),
    ...(result.refusal === null
      ? []
      : [
          '',
          wrap(
            `! Not what it shows now, which was refused: ${plainLine(result.refusal.message)}`,
            screen.columns ?? Infinity,
            '  ',
          ),
        ]),
  ].join('\n');
}

function resetNote(
  { at, root, sequence, folder }: RegistryShowResult['resets'][number],
  screen: Screen,
): string {
  const when = at === null ? '' : ` on ${at.slice(0, 10)}`;
  const text = `Root ${root} took a key for checkpoints away: this machine put the head from before, checkpoint ${sequence}, aside${when} and began anew. Nothing is wrong. It is kept in`;
  return `${wrap(text, screen.columns ?? Infinity)}\n  ${folder}`;
}

export function registrySyncView({ registries }: RegistrySyncResult, screen: Screen): string {
  const rows = registries.map((one) => [
    one.alias,
    one.behind
      ? `checkpoint ${one.after} stays, its source is behind`
      : one.before === one.after
        ? `checkpoint ${one.after}, nothing new`
        : one.before === null
          ? `checkpoint ${one.after}, read for the first time`
          : `checkpoint ${one.before} -> ${one.after}`,
    `lasts until ${one.expires}`,
  ]);
  return table(screen, [], rows);
}
