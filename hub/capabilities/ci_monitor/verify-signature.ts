import { createHmac, timingSafeEqual } from 'node:crypto';
import { CapabilityError } from '../../errors.js';

/**
 * Checks that a body was signed with the secret: HMAC SHA-256 of the bytes as they came, in hexadecimal digits after `sha256=`.
 *
 * @throws CapabilityError BAD_INPUT when the signature is missing or another's
 */
export function verifySignature(secret: string, body: Uint8Array, signature: string | undefined): void {
  const expected = createHmac('sha256', secret).update(body).digest();
  const digits = /^sha256=([\da-f]{64})$/i.exec(signature ?? '')?.[1];
  // Compared in constant time: how long it takes must not tell how much of a guess is right.
  if (digits !== undefined && timingSafeEqual(Buffer.from(digits, 'hex'), expected)) return;
  throw new CapabilityError(
    'BAD_INPUT',
    digits === undefined
      ? 'The message has no signature x-hub-signature-256. Set a secret where it is sent from.'
      : 'The signature of the message does not fit its body. Check the secret, and give the body as it came.',
  );
}
