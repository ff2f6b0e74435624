type Environment = Readonly<Record<string, string | undefined>>;

/** By the environment of a run, so that runs in one process do not share them. */
const learned = new WeakMap<Environment, readonly string[]>();

const mark = '[redacted]';

/** A secret shorter than this cannot be told from ordinary words, and masking it would garble the message. */
const shortestSecret = 4;

/**
 * `scheme://userinfo@`: the part between is at most a login, at worst a token. A password that was not encoded may hold a
 * slash; what begins as a port is none.
 */
const userinfo =
  /\b([a-z][a-z0-9+.-]{0,20}):\/\/([^\s/?#"'<>]*|[^\s/?#"'<>:[]*:(?!\d+[/?#])[^\s"'<>]{0,2048})@/gi;
const authorizationHeader =
  /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic|token)\s+)?)[^\s"',;]+/gi;
const credential = /\b(bearer|basic)\s+(?=[^\s"']*[0-9=])[a-z0-9._~+/=-]{8,}/gi;
const tokenParameter = /\b((?:access_token|private_token|auth_token|token|api_key|password)=)[^\s&#"']+/gi;

/**
 * Takes the userinfo out of every URL in `text` (THREATS C13). The bare login of ssh, as in `ssh://git@host`, is an address
 * and stays.
 */
export function redactUrls(text: string): string {
  return text.replace(userinfo, (found, scheme: string, login: string) =>
    /ssh/i.test(scheme) && !login.includes(':') ? found : `${scheme}://${mark}@`,
  );
}

/**
 * For messages: also takes out credentials by their shape and every secret that `env` holds (`UDOS_TOKEN_*`,
 * `UDOS_KEY_PASSWORD`, the login of a proxy) or that was learned in it, as it is, URL-encoded or in base64.
 */
export function redact(text: string, env: Environment): string {
  const withoutSecrets = secretsOf(env).reduce(
    (left, secret) => withoutCutSecret(left.replaceAll(secret, mark), secret),
    text,
  );
  return redactUrls(withoutSecrets)
    .replace(authorizationHeader, `$1${mark}`)
    .replace(credential, `$1 ${mark}`)
    .replace(tokenParameter, `$1${mark}`);
}

/** Foreign text is cut before it comes here, as `a long line...`: what is left of a secret at the end of it goes, too. */
function withoutCutSecret(text: string, secret: string): string {
  const [first, ...others] = text.split('...');
  if (others.length === 0) return text;
  const ends = [first ?? '', ...others.slice(0, -1)].map((piece) => {
    for (let length = Math.min(secret.length - 1, piece.length); length >= shortestSecret; length -= 1)
      if (piece.endsWith(secret.slice(0, length))) return piece.slice(0, -length) + mark;
    return piece;
  });
  return [...ends, others.at(-1)].join('...');
}

/** A secret that somebody else keeps: what runs in `env` shows it no more from now on. */
export function learnSecret(env: Environment, secret: string): void {
  learned.set(env, [...(learned.get(env) ?? []), secret]);
}

/** Longest first, so that a secret which contains another one goes as a whole. */
function secretsOf(env: Environment): readonly string[] {
  return Object.entries(env)
    .flatMap(([name, value]) => (value === undefined ? [] : secretsIn(name, value)))
    .concat(learned.get(env) ?? [])
    .flatMap((value) => [value, value.trim()])
    .filter((value) => value.length >= shortestSecret)
    .flatMap(formsOf)
    .sort((left, right) => right.length - left.length);
}

/** A secret and what is sent of it: servers may repeat a password alone, or the pair of HTTP Basic (RFC 7617). */
function secretsIn(name: string, value: string): readonly string[] {
  if (/^UDOS_KEY_PASSWORD$/i.test(name)) return [value];
  if (/^UDOS_TOKEN_.+$/i.test(name)) {
    const [, password] = /^[^:]*:(.+)$/s.exec(value) ?? [];
    return password === undefined ? [value, `udos:${value}`] : [value, password];
  }
  const [, login] = /^https?_proxy$/i.test(name) ? (/^(?:[^/]*\/\/)?(.*)@/s.exec(value) ?? []) : [];
  if (login === undefined) return [];
  const pair = decoded(login);
  return [pair, pair.slice(pair.indexOf(':') + 1), login, login.slice(login.indexOf(':') + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64');
  return [secret, encodeURIComponent(secret), base64, base64.replace(/=+$/, '')];
}
