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

const fileOf = (id) => path.join(home, 'notes', ...`${id}.md`.split('/'));
const read = (id) => fs.readFileSync(fileOf(id), 'utf8');

function write(id, text) {
  fs.mkdirSync(path.dirname(fileOf(id)), { recursive: true });
  fs.writeFileSync(fileOf(id), text);
}

describe('writing notes', () => {
  it('makes a markdown file that any editor can read', () => {
    assert.equal(
      run(['add', 'Green', 'tea', '--tag', 'Kitchen', '--text', 'Hot water.']).out,
      '2026/green-tea\n',
    );
    assert.equal(
      read('2026/green-tea'),
      '---\ntitle: Green tea\ncreated: 2026-05-04T09:30:00.000Z\ntags: [kitchen]\n---\n\nHot water.\n',
    );
  });

  it('takes the text from standard input', () => {
    run(['add', 'Piped', '--text', '-'], { input: 'one\ntwo\n\n' });
    assert.match(read('2026/piped'), /---\n\none\ntwo\n$/);
  });

  it('never writes over a note', () => {
    assert.equal(run(['add', 'Tea', '--text', 'first']).out, '2026/tea\n');
    assert.equal(run(['add', 'tea!', '--text', 'second']).out, '2026/tea-2\n');
    assert.match(read('2026/tea'), /first/);
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
      assert.equal(run(['add', '--', title]).out, `2026/${name}\n`);
    assert.deepEqual(fs.readdirSync(home), ['notes']);
  });

  it('keeps a journal, a line at a time', () => {
    assert.match(run(['today']).out, /^Nothing yet on 2026-05-04/);
    run(['today', 'woke', 'up']);
    run(['today', 'had tea'], { now: '2026-05-04T10:05:00Z' });
    run(['today', 'slept'], { now: '2026-05-05T00:10:00Z' });
    assert.match(read('2026/2026-05-04'), /\n- 09:30 woke up\n- 10:05 had tea\n$/);
    assert.match(run(['today']).out, /\* 09:30 woke up\n\* 10:05 had tea\n$/);
    assert.match(read('2026/2026-05-05'), /- 00:10 slept\n$/);
  });

  it('adds to a journal that an editor left without a last line end', () => {
    write('2026/2026-05-04', 'by hand');
    run(['today', 'more']);
    assert.equal(read('2026/2026-05-04'), 'by hand\n- 09:30 more\n');
  });
});

describe('finding notes', () => {
  beforeEach(() => {
    run(['add', 'Tea', '--tag', 'drink', '--text', 'Hot **water**.'], { now: '2026-05-01T12:00:00Z' });
    run(['add', 'Teapot', '--text', 'Holds water.'], { now: '2026-05-02T12:00:00Z' });
    write('undated/plain', '# By hand\n\nNo front matter, no water.\n');
  });

  it('lists the newest first and the undated last', () => {
    assert.equal(
      run(['list']).out,
      '2026-05-02  2026/teapot    Teapot\n2026-05-01  2026/tea       Tea #drink\n            undated/plain  By hand\n',
    );
    assert.deepEqual(
      JSON.parse(run(['list', '--json', '--limit', '1']).out).map(({ id }) => id),
      ['2026/teapot'],
    );
    assert.equal(run(['list', '--year', 'undated']).out, '            undated/plain  By hand\n');
    assert.match(run(['list', '--tag', 'drink']).out, /^2026-05-01 {2}2026\/tea {2}Tea #drink\n$/);
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
    assert.match(run(['show', 'te']).err, /"te" could be 2026\/teapot, 2026\/tea/);
    assert.equal(run(['show', 'none']).code, 1);
    assert.equal(run(['show', '../notes/tea']).code, 1);
    assert.equal(run(['show', '--raw', 'tea']).out, read('2026/tea'));
    assert.equal(run(['path', 'tea']).out, `${fileOf('2026/tea')}\n`);
  });

  it('finds by words, phrases and tags, best first, with the line of the file', () => {
    assert.equal(run(['search', 'tea']).out, '2026/tea  Tea\n2026/teapot  Teapot\n');
    assert.equal(run(['search', 'hot', 'WATER']).out, '2026/tea  Tea\n  7: Hot **water**.\n');
    assert.equal(run(['search', '"holds water"']).out, '2026/teapot  Teapot\n  6: Holds water.\n');
    assert.equal(run(['search', '#drink']).out, '2026/tea  Tea\n');
    assert.deepEqual(
      JSON.parse(run(['search', 'water', '--json', '--limit', '2']).out).map(({ line }) => line),
      [6, 7],
    );
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

describe('tagging notes', () => {
  it('changes the tags and nothing else of the file', () => {
    write('2026/tea', '---\n# mine\ntitle:  Tea\ntags:\n  - drink\nrating: 5\n---\nBody #hot\n');
    assert.equal(run(['tag', 'tea', '--add', 'Green', '--add', '#drink']).out, '2026/tea #drink #green\n');
    assert.equal(
      read('2026/tea'),
      '---\n# mine\ntitle:  Tea\ntags: [drink, green]\nrating: 5\n---\nBody #hot\n',
    );
    run(['tag', 'tea', '--remove', 'drink', '--remove', 'green']);
    assert.equal(read('2026/tea'), '---\n# mine\ntitle:  Tea\nrating: 5\n---\nBody #hot\n');
    assert.deepEqual(fs.readdirSync(path.join(home, 'notes', '2026')), ['tea.md']);
  });

  it('counts the tags of front matter and text', () => {
    run(['add', 'One', '--tag', 'b', '--text', 'see #a and #b']);
    run(['add', 'Two', '--tag', 'b']);
    assert.equal(run(['tags']).out, '    2  #b\n    1  #a\n');
    assert.equal(run(['list', '--tag', 'a']).out, '2026-05-04  2026/one  One #a #b\n');
  });

  it('refuses what it could only guess', () => {
    write('2026/odd', '---\ntitle: {x}\n---\nBody\n');
    write('undated/text', 'see #here\n');
    assert.match(run(['tag', 'odd', '--add', 'x']).err, /cannot change 2026\/odd/);
    assert.match(run(['tag', 'text', '--remove', 'here']).err, /stands in the text/);
    assert.equal(run(['tag', 'text', '--add', 'x', '--remove', 'x']).code, 2);
    assert.equal(run(['tag', 'text']).code, 2);
    assert.equal(read('undated/text'), 'see #here\n');
  });
});

describe('coming from 1.x', () => {
  const dated = (date, body) => `---\ntitle: x\ncreated: ${date}T12:00:00.000Z\n---\n${body}`;
  const files = () =>
    fs
      .readdirSync(path.join(home, 'notes'), { recursive: true })
      .map((name) => name.replaceAll(path.sep, '/'))
      .filter((name) => name.endsWith('.md'))
      .sort();

  beforeEach(() => {
    write('old', dated('2025-12-31', '[new](new.md#top) [web](https://example.org/a.md)\n'));
    write('new', dated('2026-01-01', '[same](2026-01-02.md) [picture](img/a.png)\n'));
    write('2026-01-02', dated('2026-01-02', '[self](#x)\n'));
    write('plain', 'by hand\n');
  });

  it('tells that notes are not shown until they are moved', () => {
    const { out, err, code } = run(['list']);
    assert.equal(out, '');
    assert.match(err, /not shown: 4 in the layout of 1\.x; "migrate"/);
    assert.equal(code, 0);
  });

  it('changes nothing without --yes', () => {
    const before = files();
    const { out, code } = run(['migrate']);
    assert.match(out, /^2026-01-02 -> 2026\/2026-01-02\n/);
    assert.match(out, /\nplain -> undated\/plain\nWould move 4; add --yes/);
    assert.equal(code, 0);
    assert.deepEqual(files(), before);
  });

  it('moves each note to its year, bytes and dates as they were, and names the links that must change', () => {
    const text = read('old');
    fs.utimesSync(fileOf('old'), 1_700_000_000, 1_700_000_000);
    const { out, err, code } = run(['migrate', '--yes']);
    assert.match(out, /Moved 4 of 4\.\n$/);
    assert.equal(code, 0);
    assert.deepEqual(files(), ['2025/old.md', '2026/2026-01-02.md', '2026/new.md', 'undated/plain.md']);
    assert.equal(read('2025/old'), text);
    assert.equal(fs.statSync(fileOf('2025/old')).mtimeMs, 1_700_000_000_000);
    assert.deepEqual(err.trim().split('\n'), [
      'notes: 2026/new, line 5: the link img/a.png must become ../img/a.png',
      'notes: 2025/old, line 5: the link new.md#top must become ../2026/new.md#top',
    ]);
    assert.deepEqual(run(['migrate', '--yes']), { out: 'Nothing to move.\n', err: '', code: 0 });
  });

  it('never moves a note over another', () => {
    write('2025/old', 'somebody else');
    const { out, err, code } = run(['migrate', '--yes']);
    assert.match(out, /Moved 3 of 4/);
    assert.match(err, /old -> 2025\/old: that exists already/);
    assert.equal(code, 1);
    assert.equal(read('2025/old'), 'somebody else');
    assert.match(read('old'), /created: 2025/);
  });

  it('completes a move that was cut short', () => {
    write('2025/old', read('old'));
    assert.equal(run(['migrate', '--yes']).code, 0);
    assert.equal(fs.existsSync(fileOf('old')), false);
    assert.match(read('2025/old'), /created: 2025/);
  });

  it('goes back to the layout of 1.x', () => {
    const before = files();
    run(['migrate', '--yes']);
    assert.match(run(['migrate', '--back']).out, /Would move 4/);
    assert.equal(run(['migrate', '--back', '--yes']).code, 0);
    assert.deepEqual(files(), before);
    assert.equal(fs.existsSync(path.join(home, 'notes', '2026')), false);
  });
});

describe('removing notes', () => {
  it('deletes only with --yes, and only by the whole id', () => {
    run(['add', 'Tea']);
    const asked = run(['remove', '2026/tea']);
    assert.equal(asked.code, 2);
    assert.match(asked.err, /add --yes/);
    assert.equal(run(['remove', 'tea', '--yes']).code, 1);
    assert.ok(fs.existsSync(fileOf('2026/tea')));
    assert.equal(run(['remove', '2026/tea', '--yes']).out, 'removed 2026/tea\n');
    assert.equal(fs.existsSync(fileOf('2026/tea')), false);
  });
});

describe('notes that somebody else wrote', () => {
  it('lists one with broken front matter and says what is wrong', () => {
    write('2026/odd', '---\ntitle: {x}\n---\nBody\n');
    const { out, err, code } = run(['list']);
    assert.match(out, /2026\/odd {2}odd/);
    assert.match(err, /odd: its front matter cannot be read: line 2/);
    assert.equal(code, 0);
    assert.equal(run(['export']).code, 1);
  });

  it('says which files are too large or no text', () => {
    write('2026/binary', Buffer.from([0xff, 0xfe]));
    write('2026/large', 'x'.repeat(1024 * 1024 + 1));
    const { err } = run(['list']);
    assert.match(err, /binary: it is not UTF-8 text/);
    assert.match(err, /large: it is larger than 1 MiB/);
  });

  it('changes none that it cannot read', () => {
    write('2026/2026-05-04', Buffer.from([0xff]));
    assert.equal(run(['today', 'x']).code, 1);
    assert.equal(fs.statSync(fileOf('2026/2026-05-04')).size, 1);
  });

  it('leaves hidden files, folders and links alone', { skip: process.platform === 'win32' }, () => {
    write('2026/real', 'x');
    write('2026/.hidden', 'x');
    fs.mkdirSync(fileOf('2026/folder'));
    fs.symlinkSync(fileOf('2026/real'), fileOf('2026/link'));
    assert.deepEqual(
      JSON.parse(run(['list', '--json']).out).map(({ id }) => id),
      ['2026/real'],
    );
    fs.mkdirSync(path.join(home, 'elsewhere'));
    fs.symlinkSync(path.join(home, 'elsewhere'), path.join(home, 'notes', '2027'));
    assert.equal(run(['add', 'Away'], { now: '2027-01-01T12:00:00Z' }).code, 1);
    assert.deepEqual(fs.readdirSync(path.join(home, 'elsewhere')), []);
    fs.symlinkSync(path.join(home, 'outside.md'), fileOf('2026/2026-05-04'));
    assert.equal(run(['today', 'x']).code, 1);
    assert.equal(fs.existsSync(path.join(home, 'outside.md')), false);
  });

  it('lets nothing of a note drive the terminal', () => {
    const hostile = '---\ntitle: "a\\u001b[2Jb"\n---\n\u001b]0;x\u0007body\u202e \u009b1m\n';
    write('2026/bad', hostile);
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
      'list --year 26',
      'migrate 2026',
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
    assert.match(stdout, /^\d{4}\/hi\n$/);
    assert.equal(status, 0);
    assert.match(read(stdout.trim()), /from a pipe\n$/);
  });

  it('says what is missing when udos/markdown is not beside it', () => {
    const alone = path.join(box, 'alone', 'udos--notes');
    fs.cpSync(plugin, alone, { recursive: true });
    const { status, stderr } = spawnSync(process.execPath, [alone, 'list'], { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, /udos\/markdown is not installed/);
  });
});
