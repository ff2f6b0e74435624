import { layout } from '../../src/model/index-layout.js';
import { threat } from '../kit/threat.js';
import { forgeRelease, notes, withdrawForgedRelease, type LyingRelease } from './forgeries.js';
import { aHead, firstContact, Stage } from './stage.js';

const update = ['update'] as const;
const noneNeeded = {};
const needsBase = { 'bob/base': '^1.0.0' };
const known = [...aHead, 'trust/plugins/ada--notes'] as const;
const needed = ['store', 'trust/plugins/bob--base', 'trust/publishers/bob'] as const;

threat('T3', 'Extraneous dependencies', () => {
  const stage = new Stage();

  const lies: readonly (readonly [what: string, field: string, found: string | RegExp, LyingRelease])[] = [
    [
      'a manifest that needs more than the signed document says',
      'dependencies',
      /bob\/base/,
      { options: { needs: needsBase }, says: { dependencies: noneNeeded } },
    ],
    [
      'a signed document that needs more than the manifest says',
      'dependencies',
      '{}',
      { says: { dependencies: needsBase } },
    ],
    [
      'a manifest that needs the same plugin from another registry',
      'dependencies',
      /"registry":"udr1a/,
      {
        options: { needs: { 'bob/base': { range: '^1.0.0', registry: `udr1${'a'.repeat(52)}` } } },
        says: { dependencies: needsBase },
      },
    ],
    [
      'a manifest with another range than the signed document',
      'dependencies',
      /"bob\/base":"\*"/,
      { options: { needs: { 'bob/base': '*' } }, says: { dependencies: needsBase } },
    ],
    [
      'a manifest that needs optionally what the signed document does not name',
      'optionalDependencies',
      /bob\/base/,
      { options: { optional: needsBase }, says: { optionalDependencies: {}, dependencies: noneNeeded } },
    ],
  ];
  for (const [what, field, found, lie] of lies) {
    it(what, async () => {
      await forgeRelease(stage.registry, lie);
      await stage.refuses('MANIFEST_MISMATCH', { field, found }, update, {
        // The signed documents are believed, and what they need may be stored; what lies is the artifact.
        moves: lie.says?.dependencies === noneNeeded ? known : [...known, ...needed],
        recover: () => withdrawForgedRelease(stage.registry),
      });
    });
  }

  it('a dependency that the server added to a document', async () => {
    await stage.registry.tamper(layout.document(notes), (bytes) =>
      Buffer.from(
        Buffer.from(bytes).toString().replaceAll('"dependencies": {}', '"dependencies": {"bob/base": "*"}'),
      ),
    );
    const newcomer = stage.newcomer();
    await stage.refuses(
      'INDEX_TAMPERED',
      /plugins\/ad\/ada\/notes\.json .* is not what the signed index lists: expected sha256 \w+, found sha256/,
      ['install', '--frozen'],
      { victim: newcomer, moves: firstContact },
    );
  });

  it('a dependency that somebody added to the lockfile', async () => {
    const newcomer = stage.newcomer();
    const honest = newcomer.read('udos-lock.json');
    const lock = JSON.parse(honest) as { plugins: Record<string, object> };
    const { plugins } = lock;
    plugins[notes] = { ...plugins[notes], dependencies: needsBase };
    newcomer.write('udos-lock.json', JSON.stringify(lock));
    await stage.refuses(
      'LOCKFILE_DRIFT',
      /ada\/notes 1\.0\.0 needs bob\/base \^1\.0\.0, and udos-lock\.json does not have it/,
      ['install', '--frozen'],
      {
        victim: newcomer,
        recover: () => {
          newcomer.write('udos-lock.json', honest);
          return Promise.resolve();
        },
      },
    );
  });
});
