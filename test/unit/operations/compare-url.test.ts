import assert from 'node:assert/strict';
import { compareUrlOf } from '../../../src/operations/steps/compare-url.js';

const branch = 'udos/ada-notes-1.2.0';

describe('the page that opens a pull request', () => {
  const usual: readonly (readonly [repository: string, expected: string | null])[] = [
    ['https://github.com/acme/index', `https://github.com/acme/index/compare/main...${branch}?expand=1`],
    ['https://github.com/acme/index.git', `https://github.com/acme/index/compare/main...${branch}?expand=1`],
    [
      'https://gitlab.com/acme/team/index.git/',
      `https://gitlab.com/acme/team/index/-/merge_requests/new?merge_request%5Bsource_branch%5D=${branch}`,
    ],
    ['https://codeberg.org/acme/index', `https://codeberg.org/acme/index/compare/main...${branch}`],
    ['https://gitea.com/acme/index', `https://gitea.com/acme/index/compare/main...${branch}`],
    [
      'https://bitbucket.org/acme/index',
      `https://bitbucket.org/acme/index/pull-requests/new?source=${branch}`,
    ],
    ['https://github.com/index', null],
    ['https://github.com:8443/acme/index', null],
    ['https://github.com.evil.example/acme/index', null],
    ['https://git.example.org/acme/index', null],
    ['/srv/index.git', null],
    ['C:\\index', null],
  ];
  for (const [repository, expected] of usual) {
    it(`of ${repository} is ${expected ?? 'unknown'}`, () => {
      assert.equal(compareUrlOf(repository, branch, []), expected);
    });
  }

  it('holds a branch as one value, whatever is in its name', () => {
    assert.equal(
      compareUrlOf('https://bitbucket.org/acme/index', 'fix/a&b=c#d', []),
      'https://bitbucket.org/acme/index/pull-requests/new?source=fix/a%26b%3Dc%23d',
    );
  });

  const origin = 'https://git.example.org';
  const said: readonly (readonly [why: string, lines: readonly string[], expected: string | null])[] = [
    [
      'as GitHub says it',
      ["Create a pull request for 'x' on GitHub by visiting:", `     ${origin}/acme/index/pull/new/x`],
      `${origin}/acme/index/pull/new/x`,
    ],
    [
      'as GitLab says it',
      [
        '',
        'To create a merge request for x, visit:',
        `  ${origin}/acme/index/-/merge_requests/new?merge_request%5Bsource_branch%5D=x`,
        '',
      ],
      `${origin}/acme/index/-/merge_requests/new?merge_request%5Bsource_branch%5D=x`,
    ],
    [
      'as Gitea says it',
      ["Create a new pull request for 'x':", `  ${origin}/acme/index/compare/main...x`],
      `${origin}/acme/index/compare/main...x`,
    ],
    ['in a sentence', [`Open a pull request (${origin}/p/1).`], `${origin}/p/1`],
    [
      'after other pages',
      [`3 holes were found: ${origin}/acme/index/security`, `Pull request: ${origin}/p/2`],
      `${origin}/p/2`,
    ],
    ['up to the first byte of an escape sequence', [`Pull request: ${origin}/p\u001b[31m/3`], `${origin}/p`],
    ['never on another host', ['Create a pull request: https://evil.example/acme/index/pull/new/x'], null],
    ['never on another port', ['Create a pull request: https://git.example.org:8443/pull/new/x'], null],
    ['never without TLS when the server has it', ['Pull request: http://git.example.org/pull/new/x'], null],
    ['never with a password', ['Pull request: https://ada:secret@git.example.org/pull/new/x'], null],
    ['never when it is about something else', [`Read our rules: ${origin}/rules`], null],
  ];
  for (const [why, lines, expected] of said) {
    it(`is taken from what the server says, ${why}`, () => {
      assert.equal(compareUrlOf(`${origin}/acme/index.git`, 'x', lines), expected);
    });
  }

  it('is rather what the server says than what is usual', () => {
    const lines = ['Create a pull request: https://github.com/acme/index/pull/new/x'];
    assert.equal(
      compareUrlOf('https://github.com/acme/index', 'x', lines),
      'https://github.com/acme/index/pull/new/x',
    );
  });
});
