import type { ErrorCode } from '../../src/errors/index.js';

/** Something wrong that a user may type, and how it ends. */
export interface BadInput {
  /** `{ID}` is the id of the registry of the world, `{REPOSITORY}` where it lies. */
  readonly args: readonly string[];
  readonly code: ErrorCode;
  readonly why: string;
  readonly on: 'project' | 'no project' | 'broken project';
}

type Row = readonly [args: string | readonly string[], code: ErrorCode, why: string];

/** A row of words, where none holds a space, is one string. */
function rows(on: BadInput['on'], list: readonly Row[]): BadInput[] {
  return list.map(([args, code, why]) => ({
    args: typeof args === 'string' ? args.split(' ') : args,
    code,
    why,
    on,
  }));
}

const otherId = `udr1${'a'.repeat(52)}`;
const escape = 'red \u001b[31m';

const inProject: readonly Row[] = [
  ['frobnicate', 'USAGE', 'no such command'],
  ['instal', 'USAGE', 'a slip in a command'],
  ['registry frobnicate', 'USAGE', 'no such command of a topic'],
  ['list --frobnicate', 'USAGE', 'no such flag'],
  ['list --tre', 'USAGE', 'a slip in a flag'],
  ['list --quiet --verbose', 'USAGE', 'two flags that exclude each other'],
  ['list extra', 'USAGE', 'an argument too many'],

  ['init', 'PROJECT_EXISTS', 'a project inside itself'],
  ['init --root .', 'USAGE', 'a flag of other commands'],

  ['add', 'USAGE', 'nothing to add'],
  ['add notes', 'SPEC_INVALID', 'no publisher'],
  ['add Ada/Notes', 'SPEC_INVALID', 'capitals'],
  ['add ada/notes@^banana', 'RANGE_INVALID', 'no range'],
  ['add ../plugins/new', 'SPEC_INVALID', 'a path'],
  [['add', ''], 'SPEC_INVALID', 'an empty word'],
  ['add ada/note', 'PLUGIN_NOT_FOUND', 'no such plugin'],
  ['add ada/notes@^9', 'VERSION_NOT_FOUND', 'no such release'],
  ['add nowhere:ada/notes', 'REGISTRY_UNKNOWN', 'no such registry'],
  ['add ada/notes@1.0.0 --root a-file', 'FILESYSTEM_FAILED', 'a root that is a file'],
  ['remove', 'USAGE', 'nothing to remove'],
  ['remove notes', 'NAME_INVALID', 'no publisher'],
  ['remove ada/note', 'NOT_A_REQUIREMENT', 'nothing that the project has'],
  ['update notes', 'NAME_INVALID', 'no publisher'],
  ['update ada/note', 'NOT_INSTALLED', 'nothing that the project has'],
  ['update ada/note --latest', 'NOT_A_REQUIREMENT', 'nothing that the project asks for'],
  ['install ada/notes', 'USAGE', 'an argument, where add was meant'],
  ['why', 'USAGE', 'no name'],
  ['why notes', 'NAME_INVALID', 'no publisher'],
  ['why ada/note', 'NOT_INSTALLED', 'nothing that the project has'],
  ['verify ada/notes', 'USAGE', 'an argument too many'],
  ['doctor ada/notes', 'USAGE', 'an argument too many'],
  ['doctor --fix', 'USAGE', 'a flag that it does not have'],
  ['store check all', 'USAGE', 'an argument too many'],
  ['store prune --all', 'USAGE', 'a flag that it does not have'],
  ['store', 'USAGE', 'a topic alone'],
  ['outdated ada/notes', 'USAGE', 'an argument too many'],

  ['search notes --limit 0', 'USAGE', 'a limit too small'],
  ['search notes --limit many', 'USAGE', 'a limit that is no number'],
  ['search notes --registry nowhere', 'REGISTRY_UNKNOWN', 'no such registry'],
  ['search notes --registry No.Where', 'NAME_INVALID', 'no alias'],
  ['info', 'USAGE', 'no spec'],
  ['info ada', 'SPEC_INVALID', 'no plugin'],
  ['info ada/note', 'PLUGIN_NOT_FOUND', 'no such plugin'],
  ['info ada/notes@^9', 'VERSION_NOT_FOUND', 'no such release'],
  ['versions ada/notes@latest-and-greatest!', 'RANGE_INVALID', 'no range'],
  ['versions ada/note', 'PLUGIN_NOT_FOUND', 'no such plugin'],

  ['registry add acme', 'USAGE', 'no URL'],
  ['registry add Acme! {REPOSITORY}', 'NAME_INVALID', 'no alias'],
  ['registry add acme ftp://example.org/r', 'URL_INVALID', 'a scheme that is not allowed'],
  ['registry add acme http://example.org/r', 'URL_INVALID', 'http to elsewhere'],
  ['registry add acme https://ada:secret@example.org/r', 'URL_INVALID', 'a password in a URL'],
  ['registry add acme git@example.org:r.git', 'URL_INVALID', 'ssh'],
  ['registry add acme https://[example', 'URL_INVALID', 'no URL'],
  ['registry add acme {REPOSITORY} --id udr1short', 'REGISTRY_ID_INVALID', 'no id'],
  [`registry add acme {REPOSITORY} --id ${otherId}`, 'REGISTRY_ID_MISMATCH', 'the id of another registry'],
  [`registry add main {REPOSITORY} --id ${otherId}`, 'ALIAS_CONFLICT', 'an alias that is taken'],
  ['registry add acme {REPOSITORY}', 'REGISTRY_UNCONFIRMED', 'nobody has compared the id'],
  ['registry add acme {REPOSITORY} --id {ID} --mirror gopher://r', 'URL_INVALID', 'a mirror that is no URL'],
  [`registry add acme no-such-folder --id ${otherId}`, 'INDEX_NOT_FOUND', 'a folder that is not there'],
  [`registry add acme a-file --id ${otherId}`, 'INDEX_NOT_FOUND', 'a file'],
  [`registry add acme plugins --id ${otherId}`, 'INDEX_NOT_FOUND', 'a folder that is no index'],
  [`registry add acme http://127.0.0.1:9/ --id ${otherId}`, 'NETWORK_FAILED', 'a server that is not there'],
  ['registry remove', 'USAGE', 'no alias'],
  ['registry remove nowhere', 'REGISTRY_UNKNOWN', 'no such registry'],
  ['registry remove Main', 'NAME_INVALID', 'no alias'],
  ['registry show', 'USAGE', 'no alias'],
  ['registry show nowhere', 'REGISTRY_UNKNOWN', 'no such registry'],
  ['registry sync nowhere', 'REGISTRY_UNKNOWN', 'no such registry'],
  ['registry list --root .', 'USAGE', 'a flag of other commands'],

  ['registry init', 'USAGE', 'no folder'],
  ['registry init plugins', 'FILE_INVALID', 'a folder that holds something'],
  ['registry init a-file', 'FILE_INVALID', 'a file'],
  ['registry init new --publisher Ada', 'NAME_INVALID', 'no publisher'],
  ['registry init new --key nobody', 'KEY_NOT_FOUND', 'no such key'],
  ['registry init new --root-days 0', 'USAGE', 'no time at all'],
  [['registry', 'init', 'new', '--name', escape], 'USAGE', 'a name with control characters'],
  [['registry', 'init', 'new', '--name', ''], 'USAGE', 'an empty name'],
  [['registry', 'init', 'new', '--description', escape], 'USAGE', 'a text with control characters'],
  ['registry publisher add', 'USAGE', 'no name'],
  ['registry publisher add Bob --index {REPOSITORY}', 'NAME_INVALID', 'no publisher'],
  ['registry publisher add bob', 'INDEX_NOT_FOUND', 'a folder that is no index'],
  ['registry publisher add bob --index no-such-folder', 'INDEX_NOT_FOUND', 'a folder that is not there'],
  ['registry publisher add bob --index {REPOSITORY} --public-key none.pub', 'FILE_NOT_FOUND', 'no such file'],
  [
    'registry publisher add bob --index {REPOSITORY} --public-key a-file',
    'KEY_INVALID',
    'a file that is no key',
  ],
  ['registry publisher add bob --index {REPOSITORY}', 'KEY_NOT_FOUND', 'a key that may not'],
  ['registry publisher add ada --index {REPOSITORY}', 'PUBLISHER_EXISTS', 'a publisher that is there'],
  ['registry publisher add bob --index {REPOSITORY} --email nonsense', 'USAGE', 'no email address'],
  ['registry publisher add bob --index {REPOSITORY} --url nonsense', 'USAGE', 'no URL'],
  [
    'registry publisher add bob --index {REPOSITORY} --public-key plugins',
    'FILESYSTEM_FAILED',
    'a folder in place of a key',
  ],
  ['registry check', 'INDEX_NOT_FOUND', 'a folder that is no index'],
  ['registry checkpoint', 'INDEX_NOT_FOUND', 'a folder that is no index'],
  ['registry checkpoint --index {REPOSITORY}', 'KEY_NOT_FOUND', 'a key that may not'],
  ['registry checkpoint --index {REPOSITORY} --key nobody', 'KEY_NOT_FOUND', 'no such key'],
  ['registry checkpoint --days soon', 'USAGE', 'days that are no number'],
  ['registry sign', 'USAGE', 'no file'],
  ['registry sign none.json', 'FILE_NOT_FOUND', 'no such file'],
  ['registry sign plugins', 'FILE_INVALID', 'a folder'],
  ['registry sign a-file', 'INDEX_NOT_FOUND', 'a file outside of an index'],

  ['key generate Work!', 'NAME_INVALID', 'no name of a key'],
  ['key generate stranger --no-password', 'KEY_EXISTS', 'a name that is taken'],
  ['key generate work', 'PASSWORD_REQUIRED', 'nobody to ask for a password'],
  ['key list extra', 'USAGE', 'an argument too many'],

  ['plugin init', 'USAGE', 'no name'],
  ['plugin init notes', 'NAME_INVALID', 'no publisher'],
  ['plugin init ada/other plugins', 'FILE_INVALID', 'a folder that holds something'],
  ['plugin init ada/other a-file', 'FILE_INVALID', 'a file'],
  ['plugin check', 'FILE_NOT_FOUND', 'a folder without a manifest'],
  ['plugin check no-such-folder', 'FILE_NOT_FOUND', 'a folder that is not there'],
  ['plugin check a-file', 'FILE_NOT_FOUND', 'a file'],
  ['plugin check plugins/no-json', 'MANIFEST_INVALID', 'a manifest that is no JSON'],
  ['plugin check plugins/no-main', 'PLUGIN_INVALID', 'a main file that is not there'],
  ['plugin check plugins/license', 'MANIFEST_INVALID', 'a license that nobody knows'],
  ['plugin check plugins/escape', 'MANIFEST_INVALID', 'a description with control characters'],
  ['plugin pack no-such-folder', 'FILE_NOT_FOUND', 'a folder that is not there'],
  ['plugin pack plugins/new --output plugins', 'FILESYSTEM_FAILED', 'a folder in place of a file'],
  ['publish', 'FILE_NOT_FOUND', 'a folder without a manifest'],
  ['publish plugins/new --registry nowhere', 'REGISTRY_UNKNOWN', 'no such registry'],
  ['publish plugins/new', 'KEY_NOT_FOUND', 'a key that may not'],
  ['publish plugins/new --key nobody', 'KEY_NOT_FOUND', 'no such key'],
  ['publish plugins/new --key a-file.key', 'KEY_NOT_FOUND', 'no such key file'],
  ['publish plugins/new --key plugins/new', 'FILESYSTEM_FAILED', 'a folder in place of a key'],
  ['publish plugins/new --url nonsense', 'USAGE', 'no URL'],
  ['publish plugins/new --branch published', 'USAGE', 'a branch that the index is made of'],
  ['publish plugins/new --branch ../new', 'USAGE', 'no name of a branch'],
  ['publish plugins/foreign', 'PLUGIN_NOT_FOUND', 'a publisher that the registry does not know'],
  ['yank', 'USAGE', 'no release'],
  ['yank ada/notes@1.0.0', 'USAGE', 'no reason'],
  ['yank ada/notes@1.0.0 --undo --reason broken', 'USAGE', 'two flags that exclude each other'],
  [['yank', 'ada/notes@1.0.0', '--reason', escape], 'USAGE', 'a reason with control characters'],
  [['yank', 'ada/notes@1.0.0', '--reason', ''], 'USAGE', 'an empty reason'],
  ['yank ada/notes@1.0.0 --reason broken --branch main', 'USAGE', 'a branch that the index is made of'],
  ['yank ada/notes --reason broken', 'SPEC_INVALID', 'no version'],
  ['yank ada/notes@^1 --reason broken', 'SPEC_INVALID', 'a range'],
  ['yank ada/note@1.0.0 --reason broken', 'PLUGIN_NOT_FOUND', 'no such plugin'],
  ['yank ada/notes@9.0.0 --reason broken', 'VERSION_NOT_FOUND', 'no such release'],
  ['yank ada/notes@1.0.0 --reason broken', 'KEY_NOT_FOUND', 'a key that may not'],
];

const outside: readonly Row[] = [
  ['add ada/notes', 'PROJECT_MISSING', 'no project'],
  ['remove ada/notes', 'PROJECT_MISSING', 'no project'],
  ['update', 'PROJECT_MISSING', 'no project'],
  ['install', 'PROJECT_MISSING', 'no project'],
  ['install --global --frozen', 'LOCKFILE_MISSING', 'no lockfile'],
  ['list', 'PROJECT_MISSING', 'no project'],
  ['outdated', 'PROJECT_MISSING', 'no project'],
  ['why ada/notes', 'PROJECT_MISSING', 'no project'],
  ['verify', 'PROJECT_MISSING', 'no project'],
  ['add ada/notes --global', 'NO_REGISTRY', 'no registry'],
  ['search notes', 'NO_REGISTRY', 'no registry'],
  ['info ada/notes', 'NO_REGISTRY', 'no registry'],
  ['versions ada/notes', 'NO_REGISTRY', 'no registry'],
  ['registry sync', 'NO_REGISTRY', 'no registry'],
  ['registry show main', 'NO_REGISTRY', 'no registry'],
  ['registry remove main', 'REGISTRY_UNKNOWN', 'no registry'],
  ['registry add main {REPOSITORY} --offline', 'OFFLINE', 'nothing is known yet'],
  ['registry init new', 'PASSWORD_REQUIRED', 'nobody to ask for the password of a new key'],
  ['yank ada/notes@1.0.0 --reason broken', 'NO_REGISTRY', 'no registry'],
];

const inBrokenProject: readonly Row[] = [
  ['list', 'PROJECT_INVALID', 'a field that nobody knows'],
  ['add ada/notes', 'PROJECT_INVALID', 'a field that nobody knows'],
  ['registry list', 'PROJECT_INVALID', 'a field that nobody knows'],
  ['search notes', 'PROJECT_INVALID', 'a field that nobody knows'],
];

export const badInputs: readonly BadInput[] = [
  ...rows('project', inProject),
  ...rows('no project', outside),
  ...rows('broken project', inBrokenProject),
];
