import { UdosError } from '../../errors/index.js';
import { sumsName } from '../../model/index-layout.js';
import { isIndexPath, type IndexPath, type Sha256 } from '../../model/names.js';
import { sha256Hex } from '../../primitives/crypto/index.js';
import { maxBytesOf } from '../trust/summed-files.js';
import { isGenerated } from './folder-sums.js';
import type { IndexTree } from './index-tree.js';
import type { Problem } from './problem.js';

/** What a merge put into a tree that no index can have, and the hashes of all the rest. */
export interface HashedTree {
  readonly hashes: ReadonlyMap<string, Sha256>;
  /** INDEX_INVALID for each. None of them has a hash, so for a client they do not exist. */
  readonly problems: readonly Problem[];
}

/**
 * Hashes the files that `SHA256SUMS` lists. Names that no client reads, what stands where a file is generated, links and
 * submodules, and what is larger than any client takes are problems, whoever merged them: nothing of them may stop the
 * next checkpoint.
 */
export async function hashTree(tree: IndexTree): Promise<HashedTree> {
  const problems: Problem[] = [];
  const paths: IndexPath[] = [];
  for (const path of tree.paths) {
    if (isInTheWayOfGenerated(path))
      problems.push(problem(path, 'stands where `registry checkpoint` writes'));
    else if (isGenerated(path) || path.startsWith('artifacts/') || path.startsWith('upstreams/')) continue;
    else if (isIndexPath(path)) paths.push(path);
    else
      problems.push(
        problem(path, 'has other characters than letters, digits, dots, hyphens and underscores'),
      );
  }
  const hashes = new Map<string, Sha256>();
  const contents = await tree.read(paths);
  for (const path of paths) {
    const bytes = contents.get(path);
    if (bytes === undefined) problems.push(problem(path, 'is no ordinary file, or far too large'));
    else if (bytes.length > maxBytesOf(path))
      problems.push(problem(path, `has ${bytes.length} bytes, and at most ${maxBytesOf(path)} may be`));
    else hashes.set(path, sha256Hex(bytes) as Sha256);
  }
  return { hashes, problems };
}

/** True for a file in the place of a folder of generated files, and for anything below the name of a generated file. */
function isInTheWayOfGenerated(path: string): boolean {
  return (
    /^(?:catalog|trust\/log)$/.test(path) ||
    /^(?:catalog|trust\/log)\/[^/]+\//.test(path) ||
    path.startsWith('trust/checkpoint.json/') ||
    path.split('/').slice(0, -1).includes(sumsName)
  );
}

function problem(path: string, what: string): Problem {
  const error = new UdosError('INDEX_INVALID', `${path} ${what}.`, {
    hint: 'Take it off the branch main. An index holds ordinary files, as docs/registry-format.md says.',
    data: { file: path },
  });
  return { path, error };
}
