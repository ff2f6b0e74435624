import assert from 'node:assert/strict';
import type { ErrorCode } from '../../src/errors/index.js';
import type {
  PluginDocument,
  PublisherDocument,
  Release,
  Revocations,
} from '../../src/model/formats/index.js';
import { layout } from '../../src/model/index-layout.js';
import type { Version } from '../../src/model/version.js';
import { formatJson } from '../../src/primitives/json/index.js';
import type { Fault } from '../kit/git-server.js';
import type { Machine } from '../kit/machine.js';
import type { TestRegistry } from '../kit/test-registry.js';
import { threat } from '../kit/threat.js';
import { ada, forgeDocument, forgePublisher, forgeRelease, forgeRoot, notes } from './forgeries.js';
import { archivesNamed, listArchives } from './hostile-archives.js';
import { everything, Stage } from './stage.js';

/** A link (OSC 8), a cleared screen, a bell, text that runs backwards, C1, DEL, and a line that begins anew. */
const hostile =
  'good\u001b]8;;https://evil.example\u0007link\u001b]8;;\u001b\\\u001b[2J\u202efdp\u2066\u009b1A\u0085\u007f\rerror: bad\nline\u200b';
/** As long as a keyword may be. */
const short = 'good\u001b[2J\u202efdp';
/** What is drawn as nothing: characters without width, a soft hyphen, a filler, a tag. */
const hidden = 'se\u200ben\u2060 li\u00adne\u3164\u{e0041}\u200d';
/** What no format refuses, as spelling needs it: joiners between letters and between emoji. */
const shaped = 'seen line: می\u200cخواهم 👩\u200d💻';
/** What a terminal obeys or does not show; only a line break may stand. */
const obeyed = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

async function revokeUnjudged(registry: TestRegistry, reason: string): Promise<void> {
  const document: Revocations = {
    type: 'udos/revocations@1',
    registry: registry.id,
    serial: 1,
    keys: [],
    releases: [{ name: notes, version: '1.1.0' as Version, reason }],
  };
  await registry.forge(registry.signed(layout.revocations, document, [registry.keys.curator]));
}

const inReleases = (change: object) => (document: PluginDocument) => ({
  ...document,
  releases: document.releases.map((release, at) => (at === 0 ? { ...release, ...change } : release)),
});

const hasUnseen = (field: string) =>
  new RegExp(`"${field}": has control, bidirectional or invisible characters`);

/** Text that those sign who may: each in the field that is theirs. */
const signedTexts: Readonly<
  Record<string, readonly [ErrorCode, RegExp, (registry: TestRegistry) => Promise<void>]>
> = {
  'the description of a plugin': [
    'DOCUMENT_INVALID',
    hasUnseen('description'),
    (registry) => forgeDocument(registry, (document) => ({ ...document, description: hostile })),
  ],
  'a keyword': [
    'DOCUMENT_INVALID',
    hasUnseen('keywords.0'),
    (registry) => forgeDocument(registry, (document) => ({ ...document, keywords: [short] })),
  ],
  'the reason of a yank': [
    'DOCUMENT_INVALID',
    hasUnseen('releases.0.yanked'),
    (registry) => forgeDocument(registry, inReleases({ yanked: hostile })),
  ],
  'a changelog': [
    'DOCUMENT_INVALID',
    hasUnseen('releases.2.changelog'),
    (registry) => forgeRelease(registry, { says: { changelog: hostile } }),
  ],
  'a license': [
    'DOCUMENT_INVALID',
    hasUnseen('releases.2.license'),
    (registry) => forgeRelease(registry, { says: { license: hostile } }),
  ],
  'a permission': [
    'DOCUMENT_INVALID',
    /"releases\.2\.permissions\.0": not a permission/,
    (registry) => forgeRelease(registry, { says: { permissions: [hostile] } as unknown as Partial<Release> }),
  ],
  'the name of a dependency': [
    'DOCUMENT_INVALID',
    /"releases\.2\.dependencies\.good.*" is not of the right form/s,
    (registry) => forgeRelease(registry, { says: { dependencies: { [hostile]: '*' } as never } }),
  ],
  'an unknown field': [
    'DOCUMENT_INVALID',
    /the unknown field "good/,
    (registry) => forgeDocument(registry, (document) => ({ ...document, [hostile]: 1 })),
  ],
  'the name of a publisher': [
    'PUBLISHER_INVALID',
    hasUnseen('displayName'),
    (registry) =>
      forgePublisher(registry, (document): PublisherDocument => ({ ...document, displayName: hostile }), [
        ada,
      ]),
  ],
  'the name of a root': [
    'ROOT_INVALID',
    hasUnseen('name'),
    (registry) => forgeRoot(registry, (root) => ({ ...root, name: hostile }), [registry.keys.root]),
  ],
  'the reason of a recall': [
    'REVOCATIONS_INVALID',
    hasUnseen('releases.0.reason'),
    (registry) => revokeUnjudged(registry, hostile),
  ],
};

/** Git's framing counts bytes. */
function packetOf(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

threat('F12', 'Terminal escapes', () => {
  const stage = new Stage({ kinds: ['plain folder', 'git over http'] });

  /** Runs a command for people and for programs. Whether it succeeds is not the question. */
  async function outputsOf(machine: Machine, ...args: readonly string[]): Promise<[string, string]> {
    const shown: string[] = [];
    for (const form of [['--verbose'], ['--json']]) {
      const { stdout, stderr } = await machine.run(...args, ...form).result;
      const text = stdout + stderr;
      assert.doesNotMatch(text, obeyed, `${args.join(' ')}\n${JSON.stringify(text)}`);
      assert.doesNotMatch(text, /^error: bad/m, 'a line of its own');
      if (form.includes('--json')) JSON.parse(stdout);
      shown.push(text);
    }
    return shown as [string, string];
  }

  async function expectHarmlessRefusal(
    code: ErrorCode,
    because: RegExp,
    machine: Machine,
    ...args: readonly string[]
  ): Promise<void> {
    const [human, json] = await outputsOf(machine, ...args);
    assert.match(human, /^error: /m);
    assert.ok(human.includes(`[${code}]`), human);
    assert.match(human, because);
    assert.match(json, /"error": \{/);
    machine.expectUnchanged(...everything.filter((part) => part !== 'trust'));
  }

  for (const [what, [code, because, sign]] of Object.entries(signedTexts)) {
    it(`${what} with escapes is refused, and the refusal obeys nothing`, async () => {
      await sign(stage.registry);
      await expectHarmlessRefusal(code, because, stage.victim(), 'update');
    });
  }

  for (const [what, change] of Object.entries({
    'the description of a plugin': (document) => ({ ...document, description: hidden }),
    'a keyword': (document) => ({ ...document, keywords: [hidden] }),
    'the reason of a yank': inReleases({ yanked: hidden }),
    'a changelog': inReleases({ changelog: hidden }),
  } satisfies Record<string, (document: PluginDocument) => PluginDocument>)) {
    it(`${what} that hides something is refused`, async () => {
      await forgeDocument(stage.registry, change);
      const because = /: has control, bidirectional or invisible characters/;
      await expectHarmlessRefusal('DOCUMENT_INVALID', because, stage.victim(), 'update');
    });
  }

  it('what cannot be seen and no format refuses is left out by every command that reads', async () => {
    const { registry } = stage;
    const machine = stage.victim();
    await forgeDocument(registry, (document) => ({
      ...inReleases({ yanked: shaped })(document),
      description: shaped,
      keywords: [shaped],
    }));
    await forgeRelease(registry, { options: { notes: shaped, description: shaped } });
    await forgePublisher(registry, (document) => ({ ...document, displayName: shaped }), [ada]);
    await revokeUnjudged(registry, shaped);
    const file = { name: shaped, description: shaped, format: 1 };
    const catalog = Buffer.from(await registry.bytes(layout.catalog('ad'), registry.published)).toString();
    const line = { ...(JSON.parse(catalog) as object), description: shaped };
    await registry.forge(
      new Map([
        [layout.registryFile, Buffer.from(formatJson(file))],
        [layout.catalog('ad'), Buffer.from(`${JSON.stringify(line)}\n`)],
      ]),
    );
    await forgeRoot(registry, (root) => ({ ...root, name: shaped }), [registry.keys.root]);
    const showing: string[] = [];
    for (const command of [
      ['registry', 'sync'],
      ['registry', 'show', 'main'],
      ['registry', 'list'],
      ['search', 'notes'],
      ['info', 'ada/notes'],
      ['versions', 'ada/notes'],
      ['outdated'],
      ['update', '--dry-run'],
      ['list'],
      ['verify'],
      ['doctor'],
    ]) {
      const [human] = await outputsOf(machine, ...command);
      if (human.includes('seen line')) showing.push(command.join(' '));
    }
    for (const command of ['registry show main', 'search notes', 'info ada/notes', 'versions ada/notes'])
      assert.ok(showing.includes(command), `${command} does not show the text: ${showing.join()}`);
  });

  const servers: Readonly<Record<string, readonly [ErrorCode, RegExp, Fault, method?: string]>> = {
    'the body of an error': ['NETWORK_FAILED', /HTTP 500/, { status: 500, body: hostile }],
    'the body of a refusal': ['AUTH_REQUIRED', /HTTP 403/, { status: 403, body: hostile }],
    'a git ERR line': [
      'NETWORK_FAILED',
      /refuses: good/,
      {
        status: 200,
        headers: { 'content-type': 'application/x-git-upload-pack-result' },
        body: packetOf(`ERR ${hostile}\n`),
      },
      'POST',
    ],
    'an address to go to': [
      'TRANSFER_REFUSED',
      /to https:\/\/evil\.example, another origin/,
      { status: 302, headers: { location: 'https://evil.example/\u009b2J' } },
    ],
  };
  for (const [what, [code, because, fault, asked]] of Object.entries(servers)) {
    it(`${what} obeys nothing`, async () => {
      // So that there is something to fetch.
      await stage.registry.checkpoint();
      stage.world.gitServer.fault = ({ method }) => (method === (asked ?? method) ? fault : undefined);
      await expectHarmlessRefusal(code, because, stage.victim('git over http'), 'registry', 'sync');
    });
  }

  it('the names of entries in a signed archive are shown without what they would do', async () => {
    const archives = archivesNamed('escape', 'c1-control', 'bidi', 'newline');
    await listArchives(stage.registry, archives);
    const machine = stage.victim();
    const because = /has a control, invisible or unassigned character in its path/;
    for (const at of archives.keys())
      await expectHarmlessRefusal('ARCHIVE_UNSAFE', because, machine, 'add', `ada/notes@1.2.${at}`);
  });

  it('keys of a cloned udos.json are shown without what they would do', async () => {
    const good = JSON.parse(stage.victim().read('udos.json')) as Record<string, object>;
    for (const [because, bad] of [
      [/the unknown field "good/, { ...good, [hostile]: 1 }],
      [
        /"plugins\.good.*" is not of the right form/s,
        { ...good, plugins: { ...good.plugins, [hostile]: '*' } },
      ],
      [/"plugins\.ada\/notes": not a version range/, { ...good, plugins: { 'ada/notes': hostile } }],
      [
        /"registries\.good.*" is not of the right form/s,
        { ...good, registries: { ...good.registries, [hostile]: {} } },
      ],
    ] as const) {
      const machine = stage.victim();
      machine.write('udos.json', formatJson(bad));
      await expectHarmlessRefusal('PROJECT_INVALID', because, machine, 'install');
    }
  });
});
