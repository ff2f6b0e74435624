'use strict';

process.env.TZ = 'UTC';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, beforeEach, describe, it } = require('node:test');

const plugin = path.join(__dirname, '..');
const box = fs.mkdtempSync(path.join(os.tmpdir(), 'udos-notes-'));
const installed = path.join(box, 'installed');
let home;
let notes;

/** udos/markdown: beside an installed plugin, or in the source tree the oldest version that the manifest allows. */
function markdownFolder() {
  const sibling = path.join(plugin, '..', 'udos--markdown');
  const { dependencies } = require('../udos-plugin.json');
  const oldest = dependencies['udos/markdown'].replace('^', '');
  return fs.existsSync(sibling) ? sibling : path.join(plugin, '..', '..', 'markdown', oldest);
}

before(() => {
  fs.cpSync(plugin, path.join(installed, 'udos--notes'), { recursive: true });
  fs.cpSync(markdownFolder(), path.join(installed, 'udos--markdown'), { recursive: true });
  notes = require(path.join(installed, 'udos--notes'));
});
beforeEach(() => {
  home = fs.mkdtempSync(path.join(box, 'home-'));
});
after(() => fs.rmSync(box, { recursive: true, force: true }));

function run(argv, { now = '2026-05-04T09:30:00Z', input = '', isTerminal = false } = {}) {
  const result = { out: '', err: '' };
  result.code = notes.run(argv, {
    out: (text) => (result.out += text),
    err: (text) => (result.err += text),
    env: { UDOS_HOME: home, NO_COLOR: '1' },
    now: () => new Date(now),
    readInput: () => input,
    columns: 60,
    isTerminal,
  });
  return result;
}

const fileOf = (id) => path.join(home, 'notes', `${id}.md`);
const read = (id) => fs.readFileSync(fileOf(id), 'utf8');

function write(id, text) {
  fs.mkdirSync(path.dirname(fileOf(id)), { recursive: true });
  fs.writeFileSync(fileOf(id), text);
}

describe('writing notes', () => {
  it('makes a markdown file that any editor can read', () => {
    assert.equal(run(['add', 'Green', 'tea', '--tag', 'Kitchen', '--text', 'Hot water.']).out, 'green-tea\n');
    assert.equal(
      read('green-tea'),
      '---\ntitle: Green tea\ncreated: 2026-05-04T09:30:00.000Z\ntags: [kitchen]\n---\n\nHot water.\n',
    );
  });

  it('takes the text from standard input', () => {
    run(['add', 'Piped', '--text', '-'], { input: 'one\ntwo\n\n' });
    assert.match(read('piped'), /---\n\none\ntwo\n$/);
  });

  it('never writes over a note', () => {
    assert.equal(run(['add', 'Tea', '--text', 'first']).out, 'tea\n');
    assert.equal(run(['add', 'tea!', '--text', 'second']).out, 'tea-2\n');
    assert.match(read('tea'), /first/);
  });

  it('makes safe file names of any title', () => {
    const names = {
      '../../etc/passwd': 'etc-passwd',
      'Crème brûlée': 'creme-brulee',
      '緑茶 2': '緑茶-2',
      '...': 'note',
      CON: 'note-con',
      'a/b\\c:d': 'a-b-c-d',
      [`${'x'.repeat(59)} yyy`]: 'x'.repeat(59),
    };
    for (const [title, name] of Object.entries(names))
      assert.equal(run(['add', '--', title]).out, `${name}\n`);
    assert.deepEqual(fs.readdirSync(home), ['notes']);
  });

  it('keeps a journal, a line at a time', () => {
    assert.match(run(['today']).out, /^Nothing yet on 2026-05-04/);
    run(['today', 'woke', 'up']);
    run(['today', 'had tea'], { now: '2026-05-04T10:05:00Z' });
    run(['today', 'slept'], { now: '2026-05-05T00:10:00Z' });
    assert.match(read('2026-05-04'), /\n- 09:30 woke up\n- 10:05 had tea\n$/);
    assert.match(run(['today']).out, /\* 09:30 woke up\n\* 10:05 had tea\n$/);
    assert.match(read('2026-05-05'), /- 00:10 slept\n$/);
  });

  it('adds to a journal that an editor left without a last line end', () => {
    write('2026-05-04', 'by hand');
    run(['today', 'more']);
    assert.equal(read('2026-05-04'), 'by hand\n- 09:30 more\n');
  });
});

describe('finding notes', () => {
  beforeEach(() => {
    run(['add', 'Tea', '--tag', 'drink', '--text', 'Hot **water**.'], { now: '2026-05-01T12:00:00Z' });
    run(['add', 'Teapot', '--text', 'Holds water.'], { now: '2026-05-02T12:00:00Z' });
    write('plain', '# By hand\n\nNo front matter, no water.\n');
  });

  it('lists the newest first and the undated last', () => {
    assert.equal(
      run(['list']).out,
      '2026-05-02  teapot  Teapot\n2026-05-01  tea     Tea #drink\n            plain   By hand\n',
    );
    assert.deepEqual(
      JSON.parse(run(['list', '--json', '--limit', '1']).out).map(({ id }) => id),
      ['teapot'],
    );
    assert.match(run(['list', '--tag', 'drink']).out, /^2026-05-01 {2}tea {2}Tea #drink\n$/);
  });

  it('lists nothing when there is nothing, and makes no folder for that', () => {
    home = path.join(home, 'new');
    assert.deepEqual(run(['list']), { out: '', err: '', code: 0 });
    assert.equal(fs.existsSync(home), false);
  });

  it('shows a note by its id, or by the beginning of it when only one fits', () => {
    const shown = 'Tea\n===\n2026-05-01 #drink\n\nHot water.\n';
    assert.equal(run(['show', 'tea']).out, shown);
    assert.equal(run(['show', 'tea.md']).out, shown);
    assert.match(run(['show', 'teap']).out, /^Teapot\n/);
    assert.match(run(['show', 'te']).err, /"te" could be teapot, tea/);
    assert.equal(run(['show', 'none']).code, 1);
    assert.equal(run(['show', '../notes/tea']).code, 1);
    assert.equal(run(['show', '--raw', 'tea']).out, read('tea'));
    assert.equal(run(['path', 'tea']).out, `${fileOf('tea')}\n`);
  });

  it('finds the notes that hold every word', () => {
    assert.match(run(['search', 'WATER', 'hot']).out, /^2026-05-01 {2}tea {2}Tea #drink\n$/);
    assert.equal(JSON.parse(run(['search', 'water', '--json']).out).length, 3);
    assert.deepEqual(run(['search', 'coffee']), { out: '', err: '', code: 0 });
  });

  it('exports everything, oldest first', () => {
    const { notes: all } = JSON.parse(run(['export']).out);
    assert.deepEqual(
      all.map(({ title }) => title),
      ['By hand', 'Tea', 'Teapot'],
    );
    assert.equal(all[1].body, '\nHot **water**.\n');
    assert.match(run(['export', '--format', 'markdown']).out, /# Tea\n\nHot \*\*water\*\*\.\n\n# Teapot\n/);
  });
});

describe('removing notes', () => {
  it('deletes only with --yes, and only by the whole id', () => {
    run(['add', 'Tea']);
    const asked = run(['remove', 'tea']);
    assert.equal(asked.code, 2);
    assert.match(asked.err, /add --yes/);
    assert.equal(run(['remove', 'te', '--yes']).code, 1);
    assert.ok(fs.existsSync(fileOf('tea')));
    assert.equal(run(['remove', 'tea', '--yes']).out, 'removed tea\n');
    assert.equal(fs.existsSync(fileOf('tea')), false);
  });
});

describe('notes that somebody else wrote', () => {
  it('lists one with broken front matter and says what is wrong', () => {
    write('odd', '---\ntitle: {x}\n---\nBody\n');
    const { out, err, code } = run(['list']);
    assert.match(out, /odd {2}odd/);
    assert.match(err, /odd: its front matter cannot be read: line 2/);
    assert.equal(code, 0);
    assert.equal(run(['export']).code, 1);
  });

  it('says which files are too large or no text', () => {
    write('binary', Buffer.from([0xff, 0xfe]));
    write('large', 'x'.repeat(1024 * 1024 + 1));
    const { err } = run(['list']);
    assert.match(err, /binary: it is not UTF-8 text/);
    assert.match(err, /large: it is larger than 1 MiB/);
  });

  it('changes none that it cannot read', () => {
    write('2026-05-04', Buffer.from([0xff]));
    assert.equal(run(['today', 'x']).code, 1);
    assert.equal(fs.statSync(fileOf('2026-05-04')).size, 1);
  });

  it('leaves hidden files, folders and links alone', { skip: process.platform === 'win32' }, () => {
    write('real', 'x');
    write('.hidden', 'x');
    fs.mkdirSync(fileOf('folder'));
    fs.symlinkSync(fileOf('real'), fileOf('link'));
    assert.deepEqual(
      JSON.parse(run(['list', '--json']).out).map(({ id }) => id),
      ['real'],
    );
    fs.symlinkSync(path.join(home, 'outside.md'), fileOf('2026-05-04'));
    assert.equal(run(['today', 'x']).code, 1);
    assert.equal(fs.existsSync(path.join(home, 'outside.md')), false);
  });

  it('lets nothing of a note drive the terminal', () => {
    const hostile = '---\ntitle: "a\\u001b[2Jb"\n---\n\u001b]0;x\u0007body\u202e \u009b1m\n';
    write('bad', hostile);
    for (const argv of [
      ['list'],
      ['show', 'bad'],
      ['show', 'bad', '--raw'],
      ['export'],
      ['search', 'body'],
    ]) {
      const { out, err } = run(argv, { isTerminal: true });
      assert.doesNotMatch(out + err, /[^\P{Cc}\n]|\u202e/u, argv.join(' '));
    }
    assert.equal(run(['show', 'bad', '--raw']).out, hostile);
  });
});

describe('the command line', () => {
  it('exits 2 with usage for what it does not understand', () => {
    for (const argv of [[], ['nonsense'], ['constructor'], ['__proto__']]) {
      const { code, err } = run(argv);
      assert.equal(code, 2);
      assert.match(err, /Usage: node index\.js/);
    }
    for (const line of [
      'add',
      'add x --tag a,b',
      'add x --colour red',
      'list x',
      'list --limit 0',
      'show',
      'search',
      'export --format pdf',
    ]) {
      assert.equal(run(line.split(' ')).code, 2, line);
    }
    assert.match(run(['help']).out, /Usage: node index\.js/);
  });

  it('runs as a program in the installed layout', () => {
    const script = path.join(installed, 'udos--notes', 'index.js');
    const { stdout, status } = spawnSync(process.execPath, [script, 'add', 'Hi', '--text', '-'], {
      encoding: 'utf8',
      env: { ...process.env, UDOS_HOME: home },
      input: 'from a pipe',
    });
    assert.equal(stdout, 'hi\n');
    assert.equal(status, 0);
    assert.match(read('hi'), /from a pipe\n$/);
  });

  it('says what is missing when udos/markdown is not beside it', () => {
    const alone = path.join(box, 'alone', 'udos--notes');
    fs.cpSync(plugin, alone, { recursive: true });
    const { status, stderr } = spawnSync(process.execPath, [alone, 'list'], { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, /udos\/markdown is not installed/);
  });
});
