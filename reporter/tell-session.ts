import { writeFileSync } from 'node:fs';
import { sessionFileVariable } from '../src/worker-settings.js';

/** Tells the command that started this run which session it made. */
export function tellSession(sessionId: string): void {
  const path = process.env[sessionFileVariable];
  if (path === undefined) return;
  // What a scenario starts is no part of this run.
  delete process.env[sessionFileVariable];
  writeFileSync(path, sessionId);
}
