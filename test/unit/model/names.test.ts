import assert from 'node:assert/strict';
import {
  baseNameOf,
  folderNameOf,
  indexPath,
  isIndexPath,
  isPluginName,
  isPublisher,
  parseAlias,
  parsePluginName,
  parsePublisher,
  parseRegistryId,
  publisherOf,
} from '../../../src/model/names.js';
import { isUnlisted, layout, sidecarOf } from '../../../src/model/index-layout.js';
import { parseVersion } from '../../../src/model/version.js';

describe('names', () => {
  it('are short, plain, and the same on every system', () => {
    for (const good of ['ada', 'a1', 'acme-tools', 'a'.repeat(64), 'con-ada', 'com10', 'console'])
      assert.ok(isPublisher(good), good);
    for (const bad of [
      ...['', 'a', 'Ada', '1ada', '-ada', 'ada-', 'ada--corp', 'ada_corp', 'ada.corp', 'ädä', 'ada\n'],
      ...['con', 'prn', 'aux', 'nul', 'com0', 'com9', 'lpt1', 'a'.repeat(65)],
    ])
      assert.ok(!isPublisher(bad), JSON.stringify(bad));
  });

  it('of plugins have two parts, and never hide the folder of their publisher', () => {
    for (const good of ['ada/notes', 'ada/n', `${'a'.repeat(64)}/${'b'.repeat(64)}`])
      assert.ok(isPluginName(good));
    for (const bad of [
      'ada',
      'ada/',
      '/notes',
      'ada/notes/x',
      'a/notes',
      'ada/publisher',
      'ada/nul',
      'ada/a--b',
    ])
      assert.ok(!isPluginName(bad), bad);
  });

  it('come apart and together again', () => {
    const plugin = parsePluginName('ada/my-notes');
    assert.equal(publisherOf(plugin), 'ada');
    assert.equal(baseNameOf(plugin), 'my-notes');
    assert.equal(folderNameOf(plugin), 'ada--my-notes');
  });

  it('are refused with a code of their own', () => {
    assert.throws(() => parsePublisher('Ada'), { code: 'NAME_INVALID' });
    assert.throws(() => parsePluginName('notes'), { code: 'NAME_INVALID' });
    assert.throws(() => parseAlias('con'), { code: 'NAME_INVALID' });
    assert.throws(() => parseRegistryId('udr1abc'), { code: 'REGISTRY_ID_INVALID' });
    assert.throws(
      () => parsePluginName('x'.repeat(10_000)),
      (error: Error) => error.message.length < 200,
    );
  });
});

describe('paths in an index', () => {
  it('stay inside', () => {
    for (const good of ['registry.json', '.gitattributes', 'plugins/ad/ada/notes.json'])
      assert.ok(isIndexPath(good));
    for (const bad of ['', '/x', 'x/', 'a//b', '..', 'a/../b', './a', 'a\\b', 'a b', 'ä', 'x'.repeat(513)])
      assert.ok(!isIndexPath(bad), bad);
    assert.throws(() => indexPath('../x'), { code: 'BUG' });
  });

  it('are where the format page says', () => {
    const notes = parsePluginName('ada/notes');
    assert.equal(layout.document(notes), 'plugins/ad/ada/notes.json');
    assert.equal(layout.publisher(publisherOf(notes), 3), 'plugins/ad/ada/publisher/3.json');
    assert.equal(layout.artifact(notes, parseVersion('1.0.0+b.2')), 'artifacts/ada/notes/1.0.0_b.2.tgz');
    assert.equal(
      sidecarOf(layout.root(1), 'abcdef0123456789'.repeat(4) as Parameters<typeof sidecarOf>[1]),
      'trust/root/1.json.abcdef0123456789.minisig',
    );
  });

  it('are listed, but for artifacts, upstreams, the checkpoint and the sums themselves', () => {
    for (const path of [
      'artifacts/a.tgz',
      'upstreams/x/y',
      'trust/checkpoint.json',
      'SHA256SUMS',
      'a/SHA256SUMS',
    ])
      assert.ok(isUnlisted(path), path);
    for (const path of [
      'registry.json',
      'plugins/ad/ada/checkpoint.json',
      'trust/root/1.json',
      'catalog/ad.jsonl',
    ])
      assert.ok(!isUnlisted(path), path);
  });
});
