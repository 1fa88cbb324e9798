import { generateKeyPairSync } from 'node:crypto';
import { seededRandom } from 'vitest-realworld-hub';

/** A made-up credential in the format of a provider, in a line of text, and a text that only looks like one. */
export interface SecretSample {
  readonly format: string;
  readonly text: string;
  readonly isSecret: boolean;
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';
const WORD = LOWER + UPPER + DIGITS;
const HEX = `${DIGITS}abcdef`;
const BASE32 = `${UPPER}234567`;

/**
 * Samples of every format, half of them near misses: one character short. Put together here, so that no text in a
 * provider's format stands in this repository. Those of AWS secrets and Twilio stand beside the name they need.
 *
 * @param seed the same seed makes the same samples, key pairs apart
 */
export function makeSecretSamples(seed: number, aFormat: number): readonly SecretSample[] {
  const random = seededRandom(seed);
  const text = (length: number, letters = WORD) =>
    Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
  const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const privateKey = () =>
    generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
  const token = (header: object) =>
    `${json(header)}.${json({ sub: text(12), iat: 1_700_000_000 })}.${text(43)}`;
  const formats: Readonly<Record<string, readonly [() => string, () => string]>> = {
    'aws access key id': [() => `AKIA${text(16, BASE32)}`, () => `AKIA${text(15, BASE32)}`],
    'aws temporary key id': [() => `ASIA${text(16, BASE32)}`, () => `ASIA${text(17, BASE32)}`],
    'aws secret': [() => `aws_secret_access_key=${text(40)}`, () => `aws_secret_access_key=${text(30)}`],
    'github classic': [() => `ghp_${text(36)}`, () => `ghp_${text(20)}`],
    'github fine-grained': [() => `github_pat_${text(22)}_${text(59)}`, () => `github_pat_${text(12)}`],
    'github app': [() => `ghs_${text(36)}`, () => `ghs_${text(20)}`],
    gitlab: [() => `glpat-${text(20)}`, () => `glpat-${text(10)}`],
    slack: [() => `xoxb-${text(12, DIGITS)}-${text(12, DIGITS)}-${text(24)}`, () => `xoxb-${text(4)}`],
    stripe: [() => `sk_live_${text(24)}`, () => `sk_test_${text(24)}`],
    'google api': [() => `AIza${text(35)}`, () => `AIza${text(30)}`],
    npm: [() => `npm_${text(36)}`, () => `npm_${text(20)}`],
    pypi: [() => `pypi-AgEIcHlwaS5vcmc${text(60)}`, () => `pypi-${text(20)}`],
    sendgrid: [() => `SG.${text(22)}.${text(43)}`, () => `SG.${text(10)}.${text(20)}`],
    twilio: [() => `twilio_key=SK${text(32, HEX)}`, () => `checksum=${text(32, HEX)}`],
    openai: [() => `sk-${text(20)}T3BlbkFJ${text(20)}`, () => `sk-${text(12)}`],
    anthropic: [() => `sk-ant-api03-${text(93)}AA`, () => `sk-ant-api03-${text(12)}`],
    'private key': [() => privateKey().privateKey, () => privateKey().publicKey],
    jwt: [() => token({ alg: 'HS256', typ: 'JWT' }), () => token({ alg: 'none' })],
    'database address': [
      () => `postgres://app:${text(16)}@db.internal:5432/main`,
      () => 'postgres://db.internal:5432/main',
    ],
    'store address': [
      () => `redis://app:${text(16)}@cache:6379`,
      () => 'redis://app:$' + '{PASSWORD}@cache:6379',
    ],
  };
  return Object.entries(formats).flatMap(([format, [secret, nearMiss]]) =>
    Array.from({ length: aFormat }, () => [
      { format, text: `region=eu\nvalue = ${secret()}\n`, isSecret: true },
      { format, text: `region=eu\nvalue = ${nearMiss()}\n`, isSecret: false },
    ]).flat(),
  );
}
