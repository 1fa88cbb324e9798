import type { SgNode } from '@ast-grep/napi';
import { type Call, findCalls, scopeText } from './expressions.js';
import type { PatternRule } from './pattern-rule.js';

const SECRET_NAME =
  /token|secret|passw(?:or)?d|passphrase|session|nonce|salt|csrf|xsrf|otp\b|api_?key|auth|credential|private_?key|(?:^|_)iv$|verification|invite|reset_?code|uuid|guid|(?:^|[^a-z])rng/i;
const WEAK_HASH = /^['"`](?:md[245]|sha-?1|sha|ripemd(?:160)?|rmd160)['"`]$/i;
const WEAK_CIPHER = /^['"`](?:des|rc2|rc4|bf|blowfish|cast|idea|seed|.*-ecb$|.*-ecb)/i;

/** Rules about randomness, hashes, ciphers, signatures and certificates. */
export const cryptographyRules: readonly PatternRule[] = [
  {
    rule: 'guessable-secret',
    cwe: 'CWE-338',
    severity: 'high',
    message: 'Math.random makes a secret that can be predicted. Use crypto.randomBytes or crypto.randomUUID.',
    mention: /Math\.random/,
    find: (facts) =>
      findCalls(facts, '^Math[.]random$')
        .filter(({ node }) => SECRET_NAME.test(nameGivenTo(node)))
        .map(({ node }) => node),
  },
  {
    rule: 'uneven-random',
    cwe: 'CWE-331',
    severity: 'low',
    message: 'Dividing a random byte makes some results likelier than others. Use crypto.randomInt.',
    mention: /random(?:Bytes|Bits|FillSync|Fill)|getRandomValues/,
    find: (facts) =>
      facts.root
        .findAll({
          rule: {
            kind: 'binary_expression',
            all: [
              { has: { field: 'left', kind: 'subscript_expression' } },
              { has: { field: 'operator', regex: '^[%/]$' } },
            ],
          },
        })
        .filter((node) => {
          const divisor = Number(node.field('right')?.text());
          return (
            !Number.isInteger(Math.log2(divisor)) && /[rR]andom|getRandomValues/.test(scopeText(node, facts))
          );
        }),
  },
  {
    rule: 'weak-hash',
    cwe: 'CWE-328',
    severity: 'medium',
    message: 'The hash has known collisions. Use SHA-256 or better, and scrypt or argon2 for passwords.',
    mention: /createHash|createHmac|digest|\bmd5\b|\bsha1\b/,
    find: (facts) =>
      findCalls(facts, '(createHash|createHmac|subtle[.]digest)$|^(md5|sha1)$')
        .filter(usesWeakHash)
        .map(({ node }) => node),
  },
  {
    rule: 'weak-cipher',
    cwe: 'CWE-327',
    severity: 'high',
    message:
      'The cipher is broken, shows equal blocks, or is used without an initialisation vector. Use aes-256-gcm.',
    mention: /create(?:C|Dec)ipher/,
    find: (facts) =>
      findCalls(facts, 'create(C|Dec)ipher(iv)?$')
        .filter(({ callee, args }) => !callee.endsWith('iv') || WEAK_CIPHER.test(args[0]?.text() ?? ''))
        .map(({ node }) => node),
  },
  {
    rule: 'few-key-rounds',
    cwe: 'CWE-916',
    severity: 'medium',
    message:
      'A key is derived from a password in few rounds. Use scrypt or argon2, or PBKDF2 with 210,000 rounds or more.',
    mention: /pbkdf2/i,
    find: (facts) => [
      ...facts.root.findAll({
        rule: { kind: 'pair', regex: '^[\'"]?(iterations|rounds|iterationCount)[\'"]?\\s*:\\s*\\d{1,4}$' },
      }),
      ...findCalls(facts, 'pbkdf2(Sync)?$')
        .filter(({ args }) => /^\d{1,4}$/.test(args[2]?.text() ?? ''))
        .map(({ node }) => node),
    ],
  },
  {
    rule: 'certificate-unchecked',
    cwe: 'CWE-295',
    severity: 'high',
    message: "The server's certificate is not checked. Leave the check on and add the authority to `ca`.",
    mention: /rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED|strictSSL|checkServerIdentity/,
    find: (facts) =>
      facts.root
        .findAll({
          rule: {
            any: [
              { kind: 'pair', regex: '^[\'"]?(rejectUnauthorized|strictSSL)[\'"]?\\s*:\\s*(false|0|!1)$' },
              { kind: 'pair', regex: '^[\'"]?NODE_TLS_REJECT_UNAUTHORIZED[\'"]?\\s*:\\s*[\'"]?0[\'"]?$' },
              {
                kind: 'assignment_expression',
                regex:
                  'NODE_TLS_REJECT_UNAUTHORIZED[\'"\\]]*\\s*=\\s*[\'"]?0[\'"]?$|[.](rejectUnauthorized|strictSSL)\\s*=[^=;][^;]*(^|[\\s?:|&=])(false|null|!1)(\\s*:[^:;]*)?$',
              },
              {
                kind: 'pair',
                regex:
                  '^checkServerIdentity\\s*:\\s*([(][^)]*[)]|\\w+)\\s*=>\\s*(undefined|null|true|[{]\\s*[}])$',
              },
            ],
          },
        })
        .filter((node) => !/^\s*\/\//.test(node.text())),
  },
  {
    rule: 'signature-unchecked',
    cwe: 'CWE-347',
    severity: 'high',
    message: 'A token is accepted without a signature. Name the algorithm that signs it, and never "none".',
    mention: /algorithms?/,
    find: (facts) =>
      facts.root.findAll({
        rule: { kind: 'pair', regex: '^[\'"]?algorithms?[\'"]?\\s*:\\s*(\\[[^\\]]*)?[\'"]none[\'"]' },
      }),
  },
];

function usesWeakHash({ callee, args }: Call): boolean {
  return /^(?:md5|sha1)$/.test(callee) ? args.length > 0 : WEAK_HASH.test(args[0]?.text() ?? '');
}

/** The names of the variable, property and function that the value ends up in. */
function nameGivenTo(node: SgNode): string {
  const names: string[] = [];
  for (const ancestor of node.ancestors()) {
    const named = ancestor.field('name') ?? ancestor.field('left') ?? ancestor.field('key');
    if (named !== null && !ancestor.is('binary_expression')) names.push(named.text());
    if (/function|method/.test(String(ancestor.kind())) && ancestor.field('name') !== null) break;
    if (ancestor.is('class_declaration') || names.length > 3) break;
  }
  return names.join(' ');
}
