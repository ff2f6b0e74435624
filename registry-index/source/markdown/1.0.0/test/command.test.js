'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const markdown = require('../index.js');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'udos-markdown-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

function file(name, content) {
  const target = path.join(folder, name);
  fs.writeFileSync(target, content);
  return target;
}

function run(...argv) {
  const result = { out: '', err: '' };
  result.code = markdown.run(argv, {
    out: (text) => (result.out += text),
    err: (text) => (result.err += text),
    env: {},
  });
  return result;
}

describe('the commands', () => {
  it('outlines a file, with the lines of the file', () => {
    const target = file('a.md', '---\ntitle: x\n---\n# One\n## Two\n');
    assert.equal(run('outline', target).out, '    4  One  #one\n    5    Two  #two\n');
    assert.equal(JSON.parse(run('outline', '--json', target).out)[1].line, 5);
  });

  it('renders without front matter', () => {
    const target = file('b.md', '---\ntitle: x\n---\nHello *you*.\n');
    assert.deepEqual(run('render', target), { out: 'Hello you.\n', err: '', code: 0 });
  });

  it('exits 1 when the check finds something', () => {
    assert.equal(run('check', file('good.md', '[b](b.md)\n')).code, 0);
    const bad = run('check', file('bad.md', '# A\n\n[x](#b)\n'));
    assert.equal(bad.code, 1);
    assert.match(bad.out, /bad\.md:3: no heading #b\n$/);
  });

  it('says what is wrong with a file it cannot read', () => {
    assert.match(run('render', path.join(folder, 'none.md')).err, /there is no such file/);
    assert.match(run('render', folder).err, /not a file/);
    const binary = run('render', file('c.md', Buffer.from([0xff, 0xfe, 0x00])));
    assert.match(binary.err, /not UTF-8/);
    assert.equal(binary.code, 1);
  });

  it('exits 2 with its usage when called wrongly', () => {
    for (const argv of [
      [],
      ['frobnicate'],
      ['constructor'],
      ['render'],
      ['render', 'a', 'b'],
      ['render', 'a', '--wide'],
      ['render', 'a', '--width', '-1'],
    ]) {
      const { code, err, out } = run(...argv);
      assert.equal(code, 2, argv.join(' '));
      assert.match(err, /Usage: node index\.js/);
      assert.equal(out, '');
    }
    assert.match(run('help').out, /Usage: node index\.js/);
  });

  it('runs as a program', () => {
    const target = file('d.md', '# Hi\n');
    const script = path.join(__dirname, '..', 'index.js');
    const { stdout, status } = spawnSync(process.execPath, [script, 'outline', target], { encoding: 'utf8' });
    assert.equal(stdout, '    1  Hi  #hi\n');
    assert.equal(status, 0);
  });
});
