import type { ScenarioKind } from './model.js';

/** What the main process tells every worker; plain data, because it crosses a process border. */
export interface WorkerSettings {
  /** Absolute path or package name of the module that defines the hub, or null when there is none. */
  readonly hubModule: string | null;
  /** Absolute path. */
  readonly workspacePath: string;
  /** Absolute path of the project's root; scenario files are named from here. */
  readonly rootPath: string;
  readonly durationMs: number;
  readonly seed: number;
  readonly resultBytesMax: number;
  readonly redact: readonly string[];
}

/** The session that is open while scenarios run. */
export interface SessionTicket {
  readonly sessionId: string;
  /** Absolute path of the folder for the journals of the session's workers. */
  readonly journalDirectory: string;
}

/** What a scenario's task carries from its worker to the reporter. */
export interface ScenarioMeta {
  readonly kind: ScenarioKind;
}

export const projectName = 'realworld';
