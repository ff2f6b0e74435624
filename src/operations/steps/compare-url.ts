/** What may stand in a URL: RFC 3986. Anything else, an escape sequence too, ends it. */
const urlText = /https?:\/\/[\w.~:/?#[\]@!$&'()*+,;=%-]{1,2000}/g;
/** How git hosts speak of it: GitHub and Bitbucket, GitLab, Gitea. */
const proposal = /\b(?:pull|merge)[ _-]requests?\b|\/(?:pull|compare)\//i;

/** Where the branch of a proposal is compared, by host. Both names are encoded already. */
const forges: Readonly<Record<string, (repository: string, branch: string) => string>> = {
  'github.com': (repository, branch) => `${repository}/compare/main...${branch}?expand=1`,
  'gitlab.com': (repository, branch) =>
    `${repository}/-/merge_requests/new?merge_request%5Bsource_branch%5D=${branch}`,
  'codeberg.org': (repository, branch) => `${repository}/compare/main...${branch}`,
  'gitea.com': (repository, branch) => `${repository}/compare/main...${branch}`,
  'bitbucket.org': (repository, branch) => `${repository}/pull-requests/new?source=${branch}`,
};

/**
 * The web page on which a pull request from `branch` to main is opened: the one that the server named while it received the
 * branch, when it lies on the server's own origin; else the usual one of a well-known host. Null where neither is known.
 *
 * @param repository where the branch was pushed to: a web address, or a folder, which has no such page.
 * @param said the lines that the server wrote, as it wrote them.
 */
export function compareUrlOf(repository: string, branch: string, said: readonly string[]): string | null {
  const place = /^https?:/.test(repository) ? new URL(repository) : undefined;
  if (place === undefined) return null;
  return namedPage(place.origin, said) ?? usualPage(place, branch);
}

/** A server greets and advertises as well: only what it says of a pull request counts, in a line or just before it. */
function namedPage(origin: string, said: readonly string[]): string | undefined {
  const lines = said.filter((line) => line.trim() !== '');
  for (const [at, line] of lines.entries()) {
    for (const [found] of line.matchAll(urlText)) {
      const text = found.replace(/[.,;:!?'")\]]+$/, '');
      if (!URL.canParse(text)) continue;
      const url = new URL(text);
      const isOwn = url.origin === origin && url.username === '' && url.password === '';
      if (isOwn && proposal.test(`${lines[at - 1] ?? ''} ${line}`)) return url.href;
    }
  }
  return undefined;
}

function usualPage(place: URL, branch: string): string | null {
  const path = place.pathname.replace(/\/+$/, '').replace(/\.git$/, '');
  const forge = place.port === '' ? forges[place.hostname] : undefined;
  if (forge === undefined || path.split('/').length < 3) return null;
  return forge(`${place.origin}${path}`, branch.split('/').map(encodeURIComponent).join('/'));
}
