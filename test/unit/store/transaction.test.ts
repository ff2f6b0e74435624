import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UdosError } from '../../../src/errors/index.js';
import { formatJson } from '../../../src/primitives/json/index.js';
import { keepState, keptStates } from '../../../src/store/history.js';
import { createHistory, createReceipts, inspectInstalled } from '../../../src/store/index.js';
import { crashAt, machine, plugin, temporaryFolder, treeOf, type Machine } from './world.js';

const oldFiles = { 'main.js': 'one', 'bin/run!': 'run one', 'gone.md': 'gone' };
const newFiles = { 'main.js': 'two', 'bin/run!': 'run two', 'lib/more.js': 'more' };

/** A machine with ada/base 1.0.0 and ada/old, and beside them what is not ours. */
async function settled(folder: string, kind: 'project' | 'global'): Promise<Machine> {
  const here = machine(folder, kind);
  await mkdir(path.join(here.paths.plugins, 'local', 'mine'), { recursive: true });
  await writeFile(path.join(here.paths.plugins, 'local', 'mine', 'index.js'), 'mine');
  await mkdir(path.dirname(here.ecosystem), { recursive: true });
  await writeFile(here.ecosystem, '{"plugins":{"mine":{"id":"mine","stars":4.5}},"theme":"dark"}');
  await here.apply([here.install('ada/base', oldFiles), here.install('ada/old', { 'main.js': 'old' })], {
    files: here.projectFiles('project one\n', 'lock one\n'),
  });
  for (let number = 1; number <= keptStates; number += 1) {
    await keepState(here.historyFolder, here.history(number, `project ${number}\n`, null));
  }
  return here;
}

function changesOf(here: Machine) {
  return {
    changes: [
      here.install('ada/base', newFiles, { version: '2.0.0', runtime: 'shell', main: 'bin/run' }),
      here.install('ada/added', { 'main.js': 'added' }),
      { plugin: plugin('ada/old') },
    ],
    more: {
      files: here.projectFiles('project two\n', 'lock two\n'),
      history: here.history(keptStates + 1, 'project one\n', 'lock one\n'),
    },
  };
}

describe('a transaction', () => {
  const temporary = temporaryFolder();
  let count = 0;
  const folder = () => {
    count += 1;
    return path.join(temporary.path, `machine ${count}`);
  };

  it('installs plugins, their receipts, and the project files', async () => {
    const here = await settled(folder(), 'project');
    const receipts = await createReceipts(here.receiptsFolder).all();
    assert.deepEqual(
      receipts.map(({ name }) => name),
      ['ada/base', 'ada/old'],
    );
    for (const receipt of receipts) assert.deepEqual(await inspectInstalled(here.paths, receipt), []);
    assert.equal(await readFile(here.paths.projectFile, 'utf8'), 'project one\n');
    assert.equal(await readFile(here.paths.lockfile, 'utf8'), 'lock one\n');
    await assert.rejects(readFile(here.paths.staging));
    assert.equal(await here.recover(), 'nothing');
  });

  it('replaces and removes in the same step', async () => {
    const here = await settled(folder(), 'project');
    const { changes, more } = changesOf(here);
    await here.apply(changes, more);
    const receipts = await createReceipts(here.receiptsFolder).all();
    assert.deepEqual(
      receipts.map(({ name, version }) => `${name}@${version}`),
      ['ada/added@1.0.0', 'ada/base@2.0.0'],
    );
    for (const receipt of receipts) assert.deepEqual(await inspectInstalled(here.paths, receipt), []);
  });

  it('leaves nothing behind when the last plugin goes, but what is not ours', async () => {
    for (const kind of ['project', 'global'] as const) {
      const here = machine(folder(), kind);
      await mkdir(path.join(here.paths.root, 'usr', 'lib'), { recursive: true });
      const before = await treeOf(here.paths.root);
      await here.apply([here.install('ada/base', oldFiles)], { files: here.projectFiles('a', 'b') });
      await here.apply([{ plugin: plugin('ada/base') }], { files: here.projectFiles(null, null) });
      assert.deepEqual(await treeOf(here.paths.root), before);
      assert.deepEqual(await createReceipts(here.receiptsFolder).all(), []);
    }
  });

  it('keeps the state before, and no more of them than ten', async () => {
    const here = await settled(folder(), 'project');
    const { changes, more } = changesOf(here);
    await here.apply(changes, more);
    const history = createHistory(here.historyFolder);
    const numbers = (await history.all()).map(({ number }) => number);
    assert.deepEqual(numbers, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    assert.deepEqual(await history.read(11), more.history);
    assert.equal(await history.read(1), undefined);
    assert.equal(await history.lastNumber(), 11);
  });

  it('does not believe a state of another number, or a damaged one', async () => {
    const here = await settled(folder(), 'project');
    const file = (number: number) => path.join(here.historyFolder, `${number}.json`);
    const history = createHistory(here.historyFolder);
    await cp(file(3), file(4));
    await assert.rejects(history.read(4), { code: 'STATE_CORRUPT' });
    await writeFile(file(5), '{"type":"udos/history@1"');
    await assert.rejects(history.all(), { code: 'STATE_CORRUPT' });
  });

  it('takes removing what is not there for done', async () => {
    const here = machine(folder());
    await mkdir(here.paths.root, { recursive: true });
    await here.apply([{ plugin: plugin('ada/base') }]);
    assert.deepEqual(await treeOf(here.paths.root), {});
  });

  it('leaves the old state when a plugin cannot be unpacked', async () => {
    const here = await settled(folder(), 'global');
    const before = await treeOf(here.folder);
    const { changes, more } = changesOf(here);
    const bad = {
      plugin: plugin('ada/bad'),
      install: {
        ...here.install('ada/bad', {}).install!,
        unpack: async (target: string) => {
          await writeFile(path.join(target, 'half'), '');
          throw new UdosError('ARCHIVE_UNSAFE', 'Not this one.');
        },
      },
    };
    await assert.rejects(here.apply([...changes, bad], more), { code: 'ARCHIVE_UNSAFE' });
    assert.deepEqual(await treeOf(here.folder), before);
  });

  it('is not decided under a lost lock, and leaves the work of the new holder alone', async () => {
    const here = await settled(folder(), 'project');
    const { changes, more } = changesOf(here);
    const others = path.join(here.paths.staging, 'of-another-process');
    const refuseIfLost = () => {
      throw new UdosError('STATE_LOCKED', 'Another udos command holds it.');
    };
    const before = await treeOf(here.folder);
    await assert.rejects(here.apply(changes, { ...more, refuseIfLost }), { code: 'STATE_LOCKED' });
    assert.deepEqual(await treeOf(here.folder), before);
    await mkdir(others, { recursive: true });
    const withOthers = await treeOf(here.folder);
    await assert.rejects(here.apply(changes, { ...more, refuseIfLost }), { code: 'STATE_LOCKED' });
    assert.deepEqual(await treeOf(here.folder), withOthers);
  });

  it('is not decided when a project file was edited meanwhile', async () => {
    const here = await settled(folder(), 'project');
    const { changes, more } = changesOf(here);
    const edit = { unpack: () => writeFile(here.paths.projectFile, 'edited\n') };
    const editing = { ...changes[1]!, install: { ...changes[1]!.install!, ...edit } };
    await assert.rejects(here.apply([editing], more), { code: 'STATE_CORRUPT' });
    assert.equal(await readFile(here.paths.projectFile, 'utf8'), 'edited\n');
    assert.equal(await readFile(here.paths.lockfile, 'utf8'), 'lock one\n');
  });

  it('changes nothing when the list of the host cannot be read', async () => {
    for (const text of ['{"plugins":', '[]', '{"plugins":[]}', '\xff']) {
      const here = await settled(folder(), 'global');
      await writeFile(here.ecosystem, text, 'latin1');
      const before = await treeOf(here.folder);
      const { changes, more } = changesOf(here);
      await assert.rejects(here.apply(changes, more), { code: 'STATE_CORRUPT' });
      assert.deepEqual(await treeOf(here.folder), before);
    }
  });

  it('refuses a receipt that could never be read back', async () => {
    const here = await settled(folder(), 'project');
    const before = await treeOf(here.folder);
    for (const name of ['constructor', '../out']) {
      const { install } = here.install('ada/odd', { 'main.js': 'x' });
      const [facts] = Object.values(install!.receipt.files);
      const receipt = { ...install!.receipt, files: { [name]: facts! } };
      await assert.rejects(here.apply([{ plugin: plugin('ada/odd'), install: { ...install!, receipt } }]), {
        code: 'PLUGIN_INVALID',
      });
      assert.deepEqual(await treeOf(here.folder), before);
    }
  });

  it('writes no other file, and no plugin twice or under another name', async () => {
    const here = machine(folder());
    const { install } = here.install('ada/base', oldFiles);
    const bug = { code: 'BUG' };
    await assert.rejects(here.apply([], { files: [{ file: '/etc/passwd', bytes: '' }] }), bug);
    await assert.rejects(here.apply([{ plugin: plugin('ada/other'), install: install! }]), bug);
    await assert.rejects(here.apply([{ plugin: plugin('ada/a') }, { plugin: plugin('ada/a') }]), bug);
  });

  for (const name of [
    'udos.json',
    'usr',
    'usr/share/udos/plugins/.staging',
    'usr/share/udos/plugins/installed',
  ]) {
    it(`is not led out of the root by a link ${name}`, async () => {
      const here = machine(folder());
      const outside = path.join(here.folder, 'outside');
      await mkdir(outside, { recursive: true });
      await writeFile(path.join(outside, 'precious'), 'precious');
      const link = path.join(here.paths.root, name);
      await mkdir(path.dirname(link), { recursive: true });
      await symlink(name === 'udos.json' ? path.join(outside, 'precious') : outside, link);
      const before = await treeOf(here.folder);
      const applied = here.apply([here.install('ada/base', oldFiles)], {
        files: here.projectFiles('a', 'b'),
      });
      await assert.rejects(applied, { code: 'STATE_CORRUPT' });
      if (name !== 'udos.json') await assert.rejects(here.recover(), { code: 'STATE_CORRUPT' });
      assert.deepEqual(await treeOf(here.folder), before);
    });
  }
});

describe('an interrupted transaction', () => {
  const temporary = temporaryFolder();

  /** One machine in its old state, as often as it is wanted, and the transaction that ends in the new one. */
  async function scene(name: string, kind: 'project' | 'global', old: 'empty' | 'settled') {
    const folder = path.join(temporary.path, name);
    const template = `${folder} template`;
    if (old === 'settled') await settled(folder, kind);
    for (const part of ['root', 'home']) await mkdir(path.join(folder, part), { recursive: true });
    await rename(folder, template);
    const here = machine(folder, kind);
    const begin = async () => {
      await rm(folder, { recursive: true, force: true });
      await cp(template, folder, { recursive: true });
    };
    const { changes, more } = changesOf(here);
    const apply = (onStep?: () => void | Promise<void>) => here.apply(changes, { ...more, onStep });
    await begin();
    const before = await treeOf(folder);
    await apply();
    const after = await treeOf(folder);
    const lockfile = path.relative(folder, here.paths.lockfile);
    assert.notEqual(after[lockfile], before[lockfile]);
    const kept = path.relative(folder, path.join(here.historyFolder, `${keptStates + 1}.json`));
    assert.ok(kept in after && !(kept in before));
    /** Refuses every state but the two. */
    const stateNow = async (when: string): Promise<'old' | 'new'> => {
      const tree = await treeOf(folder);
      const isNew = tree[lockfile] === after[lockfile];
      assert.deepEqual(tree, isNew ? after : before, when);
      return isNew ? 'new' : 'old';
    };
    return { here, begin, apply, stateNow };
  }

  const scenes = [
    ['project', 'empty'],
    ['project', 'settled'],
    ['global', 'settled'],
  ] as const;
  for (const [kind, old] of scenes) {
    it(`is the old state or the new one, wherever it was killed (${kind}, ${old})`, async () => {
      const { here, begin, apply, stateNow } = await scene(`killed ${kind} ${old}`, kind, old);
      const ends: string[] = [];
      for (let step = 1; ; step += 1) {
        await begin();
        if ((await crashAt(step, apply)) === 'ended') break;
        // The recovery is killed as well, a step later each time, until one comes to its end.
        for (let again = 1; ; again += 1) {
          if ((await crashAt(again, (onStep) => here.recover(onStep))) === 'ended') break;
        }
        ends.push(await stateNow(`killed at step ${step}`));
        assert.equal(await here.recover(), 'nothing');
      }
      const decided = ends.indexOf('new');
      assert.ok(decided >= 5 && ends.length - decided >= 8, ends.join(' '));
      assert.ok(!ends.slice(decided).includes('old'), ends.join(' '));
    });

    it(`is the old state or the new one, wherever it failed (${kind}, ${old})`, async () => {
      const { here, begin, apply, stateNow } = await scene(`failed ${kind} ${old}`, kind, old);
      for (let failing = 1, isEnded = false; !isEnded; failing += 1) {
        await begin();
        let step = 0;
        isEnded = await apply(() => {
          step += 1;
          if (step === failing) throw new UdosError('FILESYSTEM_FAILED', 'No space is left.');
        }).then(
          () => true,
          () => false,
        );
        await here.recover();
        await stateNow(`failed at step ${failing}`);
      }
    });
  }

  it('changes nothing more after another one went on without it, wherever it was stopped', async () => {
    const { here, begin } = await scene('overtaken', 'project', 'settled');
    const { changes, more } = changesOf(here);
    let stops = 0;
    for (let isEnded = false; !isEnded; stops += 1) {
      await begin();
      let step = 0;
      let left: unknown;
      const onStep = async () => {
        step += 1;
        if (step !== stops + 1) return;
        await here.recover();
        await here.apply([{ plugin: plugin('ada/base') }, here.install('ada/old', newFiles)]);
        left = await treeOf(here.folder);
      };
      const refuseIfLost = () => {
        if (left !== undefined) throw new UdosError('STATE_LOCKED', 'Another udos command holds it.');
      };
      const result = await here
        .apply(changes, { ...more, onStep, refuseIfLost })
        .catch((error: unknown) => error);
      isEnded = left === undefined;
      if (isEnded) assert.equal(result, undefined);
      else assert.ok(result instanceof UdosError, `stopped at step ${step}`);
      if (!isEnded) assert.deepEqual(await treeOf(here.folder), left, `stopped at step ${step}`);
    }
    assert.ok(stops > 15, `${stops} steps`);
  });

  /** Stops right before `step`, which must be one. */
  async function stoppedAt(folder: string, step: string): Promise<Machine> {
    const here = await settled(folder, 'project');
    const { changes, more } = changesOf(here);
    await new Promise<void>((resolve, reject) => {
      const onStep = async (name: string) => {
        if (name !== step) return;
        resolve();
        await new Promise(() => undefined);
      };
      here
        .apply(changes, { ...more, onStep })
        .then(() => reject(new Error(`There is no step ${step}`)), reject);
    });
    return here;
  }

  it('says what became of it', async () => {
    const staged = await stoppedAt(path.join(temporary.path, 'staged'), 'decide');
    assert.equal(await staged.recover(), 'undone');
    const decided = await stoppedAt(path.join(temporary.path, 'decided'), 'receipt of ada/base');
    assert.equal(await decided.recover(), 'finished');
    assert.equal(await decided.recover(), 'nothing');
  });

  it('takes away what a kill left half written among the receipts', async () => {
    const here = await settled(path.join(temporary.path, 'torn'), 'project');
    const before = await treeOf(here.folder);
    await writeFile(path.join(here.receiptsFolder, 'journal.sha256.0123456789ab.udos-tmp'), '12');
    assert.equal(await here.recover(), 'nothing');
    assert.deepEqual(await treeOf(here.folder), before);
  });

  it('leaves a project file alone that was edited since', async () => {
    const here = await stoppedAt(path.join(temporary.path, 'edited'), 'udos.json');
    await writeFile(here.paths.projectFile, 'edited\n');
    assert.equal(await here.recover(), 'finished');
    assert.equal(await readFile(here.paths.projectFile, 'utf8'), 'edited\n');
    assert.equal(await readFile(here.paths.lockfile, 'utf8'), 'lock two\n');
  });

  it('is not begun over by the next one', async () => {
    const here = await stoppedAt(path.join(temporary.path, 'open'), 'udos.json');
    await assert.rejects(here.apply([]), { code: 'BUG' });
  });

  it('is refused when its journal came with a clone', async () => {
    const victim = await settled(path.join(temporary.path, 'victim'), 'project');
    const attacker = await stoppedAt(path.join(temporary.path, 'attacker'), 'udos.json');
    await cp(attacker.paths.root, victim.paths.root, { recursive: true });
    const before = await treeOf(victim.folder);
    await assert.rejects(victim.recover(), { code: 'STATE_CORRUPT' });
    assert.deepEqual(await treeOf(victim.folder), before);
  });

  it('is refused when its journal was altered', async () => {
    const here = await stoppedAt(path.join(temporary.path, 'altered'), 'udos.json');
    const journal = JSON.parse(await readFile(here.paths.journal, 'utf8'));
    await writeFile(here.paths.journal, formatJson({ ...journal, changes: [] }));
    const before = await treeOf(here.folder);
    await assert.rejects(here.recover(), { code: 'STATE_CORRUPT' });
    assert.deepEqual(await treeOf(here.folder), before);
  });
});
