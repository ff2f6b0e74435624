import assert from 'node:assert/strict';
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
      const { stderr } = await stage.refuses('INDEX_FORK', ['update'], { kind });
      assert.match(stderr, /evidence/);
    });

    it(`the branch is gone, over a ${kind}`, async () => {
      const before = git(stage.registry.repository, 'rev-parse', published);
      git(stage.registry.repository, 'update-ref', '-d', published);
      await stage.refuses('INDEX_NOT_FOUND', ['update'], {
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
});
