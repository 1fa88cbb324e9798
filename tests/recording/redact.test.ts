import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSecretNameTest, redactBeginning, redactText } from '../../src/recording/redact.js';

const body = 'aB3dE6gH9kL2nP5r';

/** Put together at run time, so that no text that looks like a secret stands in the sources. */
const secrets: Readonly<Record<string, string>> = {
  'AWS access key': ['AK', 'IA', 'QWERTYUIOPASDF12'].join(''),
  'AWS session key': ['AS', 'IA', 'QWERTYUIOPASDF12'].join(''),
  'GitHub token': ['gh', 'p_', body, body].join(''),
  'GitHub app token': ['gh', 's_', body, body].join(''),
  'GitHub fine-grained token': ['github', '_pat_', body, body].join(''),
  'GitLab token': ['gl', 'pat-', body, body].join(''),
  'Slack token': ['xo', 'xb-', '123456789012-', body].join(''),
  'Stripe key': ['sk', '_live_', body].join(''),
  'OpenAI key': ['sk', '-proj-', body, body].join(''),
  'Google key': ['AI', 'za', body, body, body].join(''),
  'npm token': ['np', 'm_', body, body, body].join(''),
  'JSON web token': ['ey', 'JhbGciOiJIUzI1NiJ9', '.ey', 'JzdWIiOiIxIn0', '.', body].join(''),
  'private key': ['-----BEGIN RSA ', 'PRIVATE KEY-----\n', body, '\n-----END RSA ', 'PRIVATE KEY-----'].join(
    '',
  ),
};

describe('a secret of a known format', () => {
  test.each(Object.entries(secrets))('is replaced: %s', (_name, secret) => {
    expect(redactText(`before ${secret} after`)).toBe('before [redacted] after');
    expect(redactText(secret)).toBe('[redacted]');
  });

  test.each(Object.entries(secrets))('is never left half by a cut: %s', (_name, secret) => {
    const tail = secret.slice(-8);
    const filler = fc.constantFrom(
      '',
      `${secrets['JSON web token']} `,
      `${secrets['GitHub token']} `.repeat(3),
    );
    fc.assert(
      fc.property(
        filler,
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 0, max: 700 }),
        (first, cut, at) => {
          const text = `${first}${'. '.repeat(at / 2)}${secret} ${'. '.repeat(400)}`;
          const kept = redactBeginning(text, cut).text;
          expect(kept.length).toBeLessThanOrEqual(cut);
          expect(kept).not.toContain(body.slice(0, 6));
          expect(kept).not.toContain(tail);
          expect(kept).not.toContain(secret.slice(0, 8));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('that is cut off by the end of what is looked at does not move into what is kept', () => {
    const long = ['ey', `J${body}`, '.', 'y'.repeat(295)].join('');
    const aws = String(secrets['AWS access key']);
    for (let gap = 0; gap < 60; gap++) {
      const text = `${long} ${'.'.repeat(gap)} ${aws} ${'x '.repeat(400)}`;
      expect(redactBeginning(text, 100).text).not.toContain('QWERTY');
    }
  });
});

describe('a secret in its place', () => {
  test.each([
    ['an authorization header', `Authorization: Bearer ${body}`, 'Authorization: Bearer [redacted]'],
    ['a bare scheme', `sent Bearer ${body}`, 'sent Bearer [redacted]'],
    ['basic authorization', `authorization: Basic ${body}==`, 'authorization: Basic [redacted]'],
    ['a header with a key', `x-api-key: ${body}`, 'x-api-key: [redacted]'],
    ['a cookie header', `Cookie: sid=${body}; theme=dark`, 'Cookie: [redacted]'],
    ['a set-cookie header', `Set-Cookie: sid=${body}; Path=/`, 'Set-Cookie: [redacted]'],
    ['a URL', `postgres://ada:${body}@db:5432/app`, 'postgres://[redacted]@db:5432/app'],
    ['a URL without a user', `redis://:${body}@cache`, 'redis://[redacted]@cache'],
    ['a query', `/login?user=ada&token=${body}&page=2`, '/login?user=ada&token=[redacted]&page=2'],
    ['an assignment', `password = ${body}`, 'password = [redacted]'],
    ['an environment variable', `DB_PASSWORD=${body}`, 'DB_PASSWORD=[redacted]'],
    ['a named key', `AWS_SECRET_ACCESS_KEY=${body}`, 'AWS_SECRET_ACCESS_KEY=[redacted]'],
    ['JSON', `{"password":"${body}","user":"ada"}`, '{"password":[redacted],"user":"ada"}'],
    ['a quoted passphrase', "passphrase: 'one two three'", 'passphrase: [redacted]'],
  ])('is replaced: %s', (_where, text, redacted) => {
    expect(redactText(text)).toBe(redacted);
  });

  test.each([
    'the token was read',
    'tokens: 4096',
    'https://example.org:8080/path?a=b',
    'a secretary = a person',
    'file_name=report.txt',
    'skip-this-one',
  ])('and what is none stays: %s', (text) => {
    expect(redactText(text)).toBe(text);
  });
});

describe('a text of any kind', () => {
  test('is bounded, and stays as it is when it fits and holds nothing of the sort', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 700 }),
        fc.nat(600),
        (text, charsMax) => {
          const { text: kept, cut } = redactBeginning(text, charsMax);
          expect(cut).toBe(text.length > charsMax);
          expect(kept).toBe(text.slice(0, charsMax));
        },
      ),
    );
  });
});

describe('the name of a property', () => {
  const isSecretName = createSecretNameTest(['Licence-Key']);

  test.each([
    'password',
    'PassWord',
    'api_key',
    'apiKey',
    'X-API-Key',
    'Set-Cookie',
    'refreshToken',
    'licenceKey',
  ])('%s says secret', (name) => {
    expect(isSecretName(name)).toBe(true);
    expect(isSecretName(name)).toBe(true);
  });

  test.each(['name', 'tokens', 'passwordless', 'key', ''])('%s does not', (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});
