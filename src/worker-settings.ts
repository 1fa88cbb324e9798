import type { RunLimits } from './gate.js';
import type { Issue, ScenarioKind } from './model.js';

/** How much is measured of a call: `timing` leaves out CPU, memory and the event loop. */
export const samplings = ['full', 'timing'] as const;
export type Sampling = (typeof samplings)[number];

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
  readonly sampling: Sampling;
  readonly resultBytesMax: number;
  readonly redact: readonly string[];
}

/** The session that is open while scenarios run. */
export interface SessionTicket {
  readonly sessionId: string;
  /** Absolute path of the folder for the journals of the session's workers. */
  readonly journalDirectory: string;
  /** Absolute path of the database that the session is kept in. */
  readonly database: string;
}

/** What a scenario's task carries from its worker to the reporter. */
export interface ScenarioMeta {
  readonly kind: ScenarioKind;
  /** What the scenario holds its own calls to. */
  readonly gate?: RunLimits;
  /** Journal lines that its worker could not write so far; this way is open when the journal's is not. */
  readonly unwritten?: Issue;
}

export const projectName = 'realworld';

/** Names the file that a run writes the id of its session into; for the command that started it and for nobody else. */
export const sessionFileVariable = 'REALWORLD_INTERNAL_SESSION_FILE';
