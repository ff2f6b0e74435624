type Environment = Readonly<Record<string, string | undefined>>;

/** By the environment of a run, so that runs in one process do not share them. */
const learned = new WeakMap<Environment, readonly string[]>();

const mark = '[redacted]';

/** A secret shorter than this cannot be told from ordinary words, and masking it would garble the message. */
const shortestSecret = 4;

/** `scheme://userinfo@`: the part between is at most a login, at worst a token. */
const userinfo = /\b([a-z][a-z0-9+.-]{0,20}):\/\/([^\s/?#"'<>]*)@/gi;
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
 * `UDOS_KEY_PASSWORD`) or that was learned in it, as it is, URL-encoded or in base64.
 */
export function redact(text: string, env: Environment): string {
  const withoutSecrets = secretsOf(env).reduce((left, secret) => left.replaceAll(secret, mark), text);
  return redactUrls(withoutSecrets)
    .replace(authorizationHeader, `$1${mark}`)
    .replace(credential, `$1 ${mark}`)
    .replace(tokenParameter, `$1${mark}`);
}

/** A secret that somebody else keeps: what runs in `env` shows it no more from now on. */
export function learnSecret(env: Environment, secret: string): void {
  learned.set(env, [...(learned.get(env) ?? []), secret]);
}

/** Longest first, so that a secret which contains another one goes as a whole. */
function secretsOf(env: Environment): readonly string[] {
  return Object.entries(env)
    .filter(([name]) => /^UDOS_(?:TOKEN_.+|KEY_PASSWORD)$/i.test(name))
    .flatMap(([, value]) => (value === undefined ? [] : [value, value.trim()]))
    .concat(learned.get(env) ?? [])
    .filter((value) => value.length >= shortestSecret)
    .flatMap((value) => [value, encodeURIComponent(value), Buffer.from(value).toString('base64')])
    .sort((left, right) => right.length - left.length);
}
