import { join } from 'node:path';
import type { Session } from '../model.js';
import { toPlainText } from '../report/plain-text.js';
import { stateOfRun } from '../session/session-directories.js';
import { resolveDirectory, type Surroundings } from './surroundings.js';

/**
 * What has to be known beside the figures of a session that is not over or that crashed.
 *
 * @param directory the tool's folder, as it was named
 * @returns a line, or an empty text for every other session
 */
export function describeUnfinished(
  { sessionId, status, stopReason }: Pick<Session, 'sessionId' | 'status' | 'stopReason'>,
  directory: string | undefined,
  surroundings: Surroundings,
): string {
  const id = toPlainText(sessionId);
  if (status === 'error') {
    const why = stopReason === null ? '' : `: ${toPlainText(stopReason)}`;
    return `Session ${id} crashed${why}. This is what it had recorded.\n`;
  }
  if (status !== 'running') return '';
  const journalRoot = join(resolveDirectory(directory, surroundings), 'journal');
  const state = stateOfRun(journalRoot, sessionId);
  if (state === 'at_work') return `Session ${id} is still running. This is what it has stored so far.\n`;
  if (state === 'gone') {
    return `The run of session ${id} was killed. This is what it had stored; store the rest with: vitest-realworld recover\n`;
  }
  return `Session ${id} is still running, or was killed elsewhere: ${journalRoot} has no journals of it. This is what it has stored so far.\n`;
}
