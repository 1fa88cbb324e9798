import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AlertMessage } from './alert-message.js';

/**
 * Adds a line of JSON to a file.
 *
 * @param path absolute
 * @throws what the file system throws
 */
export function appendAlerts(path: string, message: AlertMessage): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${JSON.stringify(message)}\n`);
}
