import { resolve } from 'node:path';
import { messageOf } from '../../src/errors.js';
import type { SessionReport } from '../../src/model.js';
import type { ResolvedOptions } from '../../src/options.js';
import { alertMessage } from './alert-message.js';
import { appendAlerts } from './append-alerts.js';
import { postAlerts } from './post-alerts.js';

/**
 * Tells those who are to be told that a gate is broken; the report has told whoever reads it. Nothing is thrown.
 *
 * @param rootPath absolute path that the file is named from
 * @returns what could not be told, a sentence each
 */
export async function deliverAlerts(
  report: SessionReport,
  { file, webhook }: ResolvedOptions['alerts'],
  rootPath: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const message = alertMessage(report);
  if (message === null) return [];
  const failures: string[] = [];
  if (file !== undefined) {
    try {
      appendAlerts(resolve(rootPath, file), message);
    } catch (thrown) {
      failures.push(`the alerts could not be added to ${file}: ${messageOf(thrown)}`);
    }
  }
  if (webhook !== undefined) {
    const failure = await postAlerts(webhook, message, environment);
    if (failure !== null) failures.push(`the alerts could not be posted: ${failure}`);
  }
  return failures;
}
