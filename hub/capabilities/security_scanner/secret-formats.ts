import type { Finding, Severity } from './finding.js';

/** The format of one provider's credentials, for those that secretlint leaves out or finds only beside certain names. */
interface SecretFormat {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  /** Global; the group `value` is the credential where the match holds more. */
  readonly pattern: RegExp;
  /** Tells a credential from text that only looks like one. */
  readonly isReal?: (value: string) => boolean;
}

/** Counts up when a format is added or changed. */
export const FORMATS_VERSION = '1';

export const secretFormats: readonly SecretFormat[] = [
  {
    rule: 'aws-access-key-id',
    severity: 'high',
    message: 'An AWS access key id: its secret is often near. Take both out and renew them.',
    // Twenty characters in all; the sixteen behind the prefix are base32.
    pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])/g,
    isReal: (value) => !value.endsWith('EXAMPLE'),
  },
  {
    rule: 'stripe-live-key',
    severity: 'critical',
    message: 'A live key of Stripe. Take it out and roll it.',
    pattern: /(?<![A-Za-z0-9])[sr]k_live_[A-Za-z0-9]{24,247}(?![A-Za-z0-9])/g,
  },
  {
    rule: 'google-api-key',
    severity: 'high',
    message: 'An API key of Google. Take it out, or restrict it to the sites and interfaces that need it.',
    pattern: /(?<![\w-])AIza[\w-]{35}(?![\w-])/g,
  },
  {
    rule: 'pypi-token',
    severity: 'critical',
    message: 'A token that publishes to PyPI. Take it out and revoke it.',
    // The fixed part is the beginning of a macaroon for pypi.org in base64.
    pattern: /(?<![\w-])pypi-AgEIcHlwaS5vcmc[\w-]{50,1000}(?![\w-])/g,
  },
  {
    rule: 'twilio-secret',
    severity: 'critical',
    message: 'A secret of Twilio. Take it out and renew it.',
    // Thirty-two hexadecimal digits can be any checksum, so the name of the provider must stand before them.
    pattern: /twilio[^\n]{0,80}?(?<![A-Za-z0-9])(?<value>(?:SK)?[0-9a-f]{32})(?![A-Za-z0-9])/gi,
  },
  {
    rule: 'signed-token',
    severity: 'medium',
    message: 'A signed token (JWT). If it is still valid, whoever reads it can use it.',
    pattern: /(?<![\w-])eyJ[\w-]{10,2000}\.eyJ[\w-]{2,8000}\.[\w-]{20,1400}(?![\w-])/g,
    isReal: holdsSignedClaims,
  },
  {
    rule: 'store-password',
    severity: 'critical',
    message: 'An address of a store or a queue with its password. Take the password from the environment.',
    pattern:
      /(?<![\w-])(?:rediss?|amqps?|mssql|sqlserver):\/\/[\w.%-]{0,64}:(?<value>[^\s:@/'"`]{6,128})@[\w.-]+/g,
    isReal: (value) => !/[<>${}*]|^(?:password|passwd|pass|secret|changeme|example|your\w*|x+)$/i.test(value),
  },
];

/** Below this many different characters a value is a placeholder such as `AKIAAAAAAAAAAAAAAAAA`. */
const FEWEST_DIFFERENT = 6;

/** Finds credentials by formats of their own. Messages do not hold the values. */
export function scanForFormats(text: string, path: string): readonly Finding[] {
  return secretFormats.flatMap(({ rule, severity, message, pattern, isReal }) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const value = match.groups?.value ?? match[0];
      if (new Set(value).size < FEWEST_DIFFERENT || isReal?.(value) === false) return [];
      const before = text.slice(0, match.index + match[0].indexOf(value)).split('\n');
      const line = before.length;
      return [
        {
          rule,
          cwe: 'CWE-798',
          severity,
          message,
          path,
          line,
          column: (before.at(-1)?.length ?? 0) + 1,
          endLine: line,
          engine: 'formats' as const,
          alsoFoundBy: [],
        },
      ];
    }),
  );
}

/** A header that names an algorithm other than none, and claims, both JSON objects. */
function holdsSignedClaims(token: string): boolean {
  const [header = '', claims = ''] = token
    .split('.')
    .slice(0, 2)
    .map((part) => Buffer.from(part, 'base64url').toString('utf8'));
  const namesAlgorithm = /"alg"\s*:\s*"(?!none")\w+"/i.test(header);
  return namesAlgorithm && [header, claims].every((part) => part.startsWith('{') && part.endsWith('}'));
}
