import { createHash } from 'node:crypto';

export interface Arm {
  readonly name: string;
  /** Share of the users relative to the other arms. @default 1 */
  readonly weight?: number;
}

/**
 * The arm of a user: a cryptographic hash (SHA-256) of salt and user, as a fraction, falls into the weights of the arms. The same
 * user gets the same arm on every machine; different salts deal independently of each other.
 */
export function assignArm(salt: string, user: string, arms: readonly Required<Arm>[]): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([salt, user]))
    .digest();
  const fraction = digest.readUIntBE(0, 6) / 2 ** 48;
  const total = arms.reduce((sum, { weight }) => sum + weight, 0);
  let upTo = 0;
  for (const { name, weight } of arms) {
    upTo += weight / total;
    if (fraction < upTo) return name;
  }
  // Rounding can leave the sum of shares a little below 1.
  return arms.at(-1)?.name ?? '';
}
