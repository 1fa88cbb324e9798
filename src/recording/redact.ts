const redacted = '[redacted]';

/** Properties whose values are secrets by their name, whatever they look like; compared without case, `-` and `_`. */
const secretNames: readonly string[] = [
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'password',
  'passwd',
  'passphrase',
  'secret',
  'clientsecret',
  'token',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'apikey',
  'xapikey',
  'privatekey',
  'secretaccesskey',
  'sessiontoken',
  'credentials',
];

/**
 * Secrets by the formats their providers publish, authorization headers, credentials in URLs and in `name=value`.
 * One expression, so that a text is walked once; the groups keep what is not secret.
 */
const secretFormats = new RegExp(
  [
    String.raw`\b(Bearer|Basic|Digest)\s+[\w.~+/=-]{8,}`,
    String.raw`([a-z][a-z0-9+.-]{1,20}://)[^\s/:@"']*:(?:[^\s/@"']+(?=@)|[^\s/@"']{200,}$)`,
    // Quotes may stand behind backslashes, in JSON within JSON.
    // The name may end a longer one, such as DB_PASSWORD; a scheme before the value is not the value.
    String.raw`(?<![a-z0-9])(authorization|password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)(\\*["']?\s*[=:]\s*(?:(?:bearer|basic|digest|token)\s+)?)(?:\\*"[^"\n]{1,2000}"?|\\*'[^'\n]{1,2000}'?|[^\s"'&,;{}\][]{4,})`,
    String.raw`\b((?:set-)?cookie\s*:\s*)[^\r\n"']{4,}`,
    String.raw`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`,
    String.raw`\bgh[pousr]_\w{20,}`,
    String.raw`\bgithub_pat_\w{20,}`,
    String.raw`\bglpat-[\w-]{20,}`,
    String.raw`\bxox[abeoprs]-[\w-]{10,}`,
    String.raw`\b(?:sk|rk|pk)_(?:live|test)_\w{10,}`,
    String.raw`\bsk-[\w-]{20,}`,
    String.raw`\bAIza[\w-]{30,}`,
    String.raw`\bnpm_\w{30,}`,
    String.raw`\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?`,
    String.raw`-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)`,
  ].join('|'),
  'gi',
);

/** A cheap necessary condition of every format above; most texts fail it and are not walked a second time. */
const marksOfSecrets = /[=:_-]|bearer|basic|digest|akia|asia|aiza|eyj/i;

/** Whether it is worth looking for secrets in a text. */
export function mayHoldSecret(text: string): boolean {
  return marksOfSecrets.test(text);
}

/** Replaces every secret that can be recognised by its format. */
export function redactText(text: string): string {
  if (!mayHoldSecret(text)) return text;
  return text.replace(
    secretFormats,
    (_match, scheme?: string, protocol?: string, name?: string, assignment?: string, cookie?: string) =>
      `${scheme === undefined ? '' : `${scheme} `}${protocol ?? ''}${name ?? ''}${assignment ?? ''}${cookie ?? ''}${redacted}`,
  );
}

/** A secret that straddles a cut must still be whole when it is looked for. */
const overlapChars = 256;

/** The beginning of a text, redacted, and whether something was cut off. @param charsMax longest result */
export function redactBeginning(
  text: string,
  charsMax: number,
): { readonly text: string; readonly cut: boolean } {
  if (text.length <= charsMax + overlapChars) {
    const safe = redactText(text);
    return { text: cutWellFormed(safe, charsMax), cut: safe.length > charsMax };
  }
  const safe = redactText(text.slice(0, charsMax + overlapChars));
  // Half a secret may stand at the end, and replacing what is before it moves it to the front.
  return {
    text: cutWellFormed(safe, Math.max(0, Math.min(charsMax, safe.length - overlapChars))),
    cut: true,
  };
}

/** Cuts between characters, and leaves nothing that cannot be written as UTF-8. */
function cutWellFormed(text: string, charsMax: number): string {
  const cutsPair = text.length > charsMax && /[\ud800-\udbff]$/.test(text.slice(0, charsMax));
  return text.slice(0, cutsPair ? charsMax - 1 : charsMax).toWellFormed();
}

/** Tells by its name whether the value of a property is a secret. */
export type SecretNameTest = (name: string) => boolean;

/** @param configuredNames names from the option `redact`, beside the built-in ones */
export function createSecretNameTest(configuredNames: readonly string[]): SecretNameTest {
  const names = new Set([...secretNames, ...configuredNames.map(normaliseName)]);
  // Results of one method have the same few property names call after call.
  const known = new Map<string, boolean>();
  return (name) => {
    const cached = known.get(name);
    if (cached !== undefined) return cached;
    const isSecret = names.has(normaliseName(name));
    if (known.size < 1_000) known.set(name, isSecret);
    return isSecret;
  };
}

function normaliseName(name: string): string {
  return name
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[-_\s]/g, '');
}
