import assert from 'node:assert/strict';
import { layout } from '../../src/model/index-layout.js';
import type { Sha256 } from '../../src/model/names.js';
import { sha256Hex } from '../../src/primitives/crypto/index.js';
import { formatChunk } from '../../src/registry/trust/log.js';
import { git } from '../kit/git-cli.js';
import type { SourceKind } from '../kit/scenario.js';
import { threat } from '../kit/threat.js';
import { everything, Stage } from './stage.js';

const kinds = ['git over http', 'local repository'] as const satisfies readonly SourceKind[];
const published = 'refs/heads/published';

threat('F5', 'Force push, and rewritten history', () => {
  const stage = new Stage({ kinds });

  for (const kind of kinds) {
    it(`the branch is moved to another continuation, over a ${kind}`, async () => {
      await stage.registry.fork(2);
      await stage.registry.forge(new Map());
      const { data } = await stage.refuses(
        'INDEX_FORK',
        /line 3 of its log is [0-9a-f]{64}, but the head this machine has seen/,
        ['update'],
        { kind },
      );
      assert.match(String(data.evidence), /-fork$/);
    });

    it(`the branch is gone, over a ${kind}`, async () => {
      const before = git(stage.registry.repository, 'rev-parse', published);
      git(stage.registry.repository, 'update-ref', '-d', published);
      await stage.refuses('INDEX_NOT_FOUND', /has no branch `published`/, ['update'], {
        kind,
        recover: () => Promise.resolve(git(stage.registry.repository, 'update-ref', published, before)),
      });
    });

    it(`the same files under other commits are no attack, over a ${kind}`, async () => {
      const { repository } = stage.registry;
      const before = git(repository, 'rev-parse', published);
      const rewritten = git(
        repository,
        'commit-tree',
        `${before}^{tree}`,
        '-m',
        'As if it had always been so',
      );
      git(repository, 'update-ref', published, rewritten);
      const victim = stage.victim(kind);
      await victim.run('outdated').succeeds();
      victim.expectUnchanged(...everything);
      git(repository, 'update-ref', published, before);
    });
  }

  it('a line of long ago is changed, in a part of the log that was closed since', async () => {
    const { registry } = stage;
    const { sequence } = await registry.currentCheckpoint();
    const head = sha256Hex(await registry.bytes(layout.checkpoint, registry.published)) as Sha256;
    const older = Buffer.from(await registry.bytes(layout.logChunk(1), registry.published)).toString();
    const lines = Array.from(
      { length: 300 },
      (_, at) => sha256Hex(Buffer.from(`checkpoint ${at}`)) as Sha256,
    );
    lines.splice(
      0,
      sequence,
      ...older.split('\n').flatMap((line) => (line.split(' ')[1] ?? []) as Sha256[]),
      head,
    );
    const publish = (log: readonly Sha256[]) => {
      const chunks = [1, 257].map(
        (first) =>
          [
            layout.logChunk(first === 1 ? 1 : 2),
            Buffer.from(formatChunk(first, log.slice(first - 1, first + 255))),
          ] as const,
      );
      const numbers = { sequence: log.length + 1, previous: log.at(-1) ?? null };
      return registry.forge(new Map(chunks), { checkpoint: (document) => ({ ...document, ...numbers }) });
    };
    await publish(lines);
    const victim = stage.victim();
    await victim.run('registry', 'sync').succeeds();
    const next = sha256Hex(await registry.bytes(layout.checkpoint, registry.published)) as Sha256;

    await publish([...lines.with(99, sha256Hex(Buffer.from('what never was')) as Sha256), next]);
    await stage.refuses('INDEX_FORK', /chunk 1 of the log changed after it was closed/, ['update'], {
      victim,
      recover: () => publish([...lines, next]),
    });
  });
});
