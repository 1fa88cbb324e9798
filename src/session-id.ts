import { randomBytes } from 'node:crypto';
import { toTimestamp } from './clock.js';

/**
 * An id for a session that a person can read and sort, such as `test_20260203_121500_k3f9`: its start in UTC, and
 * four characters so that sessions of the same second do not collide.
 */
export function createSessionId(startedAtMs: number): string {
  const [date = '', time = ''] = toTimestamp(startedAtMs).split('T');
  const suffix = randomBytes(4).readUInt32BE().toString(36).padStart(7, '0').slice(-4);
  return `test_${date.replaceAll('-', '')}_${time.slice(0, 8).replaceAll(':', '')}_${suffix}`;
}
