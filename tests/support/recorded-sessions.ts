import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { analyzeSession, ruleIssues } from '../../src/analysis/analyze-session.js';
import type { HubDefinition } from '../../src/capability/define-hub.js';
import { openHub } from '../../src/capability/open-hub.js';
import { systemClock } from '../../src/clock.js';
import type { SessionReport } from '../../src/model.js';
import { ActivityRecorder } from '../../src/recording/activity-recorder.js';
import { JournalReader } from '../../src/recording/journal-reader.js';
import { JournalWriter } from '../../src/recording/journal-writer.js';
import { ProcessSampler } from '../../src/recording/process-sampler.js';
import { createSecretNameTest } from '../../src/recording/redact.js';
import type { ScenarioRecorder } from '../../src/recording/scenario-recorder.js';
import { renderJson } from '../../src/report/json.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { SessionStore } from '../../src/storage/session-store.js';
import { scenarioStart } from './recording-rig.js';
import { sessionStart, startedAtMs } from './sample-activity.js';
import { temporaryDirectory } from './temporary-directory.js';

export type InstrumentedHub = Readonly<Record<string, Readonly<Record<PropertyKey, unknown>>>>;

export interface ActivityRow {
  readonly activity_id: string;
  readonly parent_id: string | null;
  readonly capability: string;
  readonly activity_type: string;
  readonly success: number;
  readonly outcome: string | null;
  readonly error_type: string | null;
  readonly error_message: string | null;
  readonly result_data: string | null;
}

export interface MetricRow {
  readonly capability: string;
  readonly metric_type: string;
  readonly value: number;
  readonly unit: string;
  readonly context: string;
}

export interface IssueRow {
  readonly capability: string;
  readonly issue_type: string;
  readonly description: string;
  readonly suggested_fix: string | null;
}

/** What is left of a session when it is over. */
export interface RecordedSession {
  /** In the order in which they ended. */
  readonly activities: readonly ActivityRow[];
  readonly metrics: readonly MetricRow[];
  /** Those that the scenario reported, not those of the rules. */
  readonly issues: readonly IssueRow[];
  /** How many activities were new when the journal was ingested the first time, and the second. */
  readonly added: readonly [number, number];
  readonly damagedLines: readonly string[];
  readonly complaints: readonly string[];
  /** The journal and every row of the session, of all tables. */
  readonly everythingStored: string;
  readonly report: SessionReport;
  readonly text: string;
  readonly coloredText: string;
  readonly json: string;
}

export interface RecordingOptions {
  readonly resultBytesMax?: number;
  readonly redact?: readonly string[];
}

/** Sessions of one database that go the whole way, through the real parts and without Vitest. */
export class RecordedSessions {
  readonly #directory = temporaryDirectory();
  readonly #store = new SessionStore(join(this.#directory, 'sessions.db'));
  readonly #database = new Database(this.#store.path, { readonly: true });
  #count = 0;

  constructor() {
    onTestFinished(() => {
      this.#database.close();
      this.#store.close();
    });
  }

  /** Opens the hub, does the work with it, and brings what was recorded into the database and the reports. */
  async record(
    definition: HubDefinition,
    work: (hub: InstrumentedHub, scenario: ScenarioRecorder) => unknown,
    { resultBytesMax = 400, redact = [] }: RecordingOptions = {},
  ): Promise<RecordedSession> {
    const sessionId = `session-${++this.#count}`;
    const journals = join(this.#directory, sessionId);
    const complaints: string[] = [];
    const journal = new JournalWriter(journals, {
      workerPid: process.pid,
      onFailure: (sentence) => complaints.push(sentence),
    });
    const recorder = new ActivityRecorder({
      sessionId,
      journal,
      sampler: new ProcessSampler(),
      loop: null,
      clock: systemClock,
      digestLimits: { bytesMax: resultBytesMax, isSecretName: createSecretNameTest(redact) },
      capabilities: Object.keys(definition.capabilities),
    });
    const scenario = recorder.startScenario(scenarioStart);
    try {
      const opened = await openHub(definition, scenario, {
        workspacePath: this.#directory,
        stateDirectory: this.#directory,
        signal: new AbortController().signal,
        seed: 42,
      });
      await work(opened.hub as InstrumentedHub, scenario);
      await opened.close();
    } finally {
      scenario.end();
      journal.close();
    }
    return { complaints, ...this.#finish(sessionId, journals, journal.path) };
  }

  #finish(sessionId: string, journals: string, journalPath: string): Omit<RecordedSession, 'complaints'> {
    const store = this.#store;
    store.startSession({ ...sessionStart, sessionId });
    const ingestOnce = () => {
      const reader = new JournalReader(journals);
      const ingest = store.ingestFor(sessionId);
      let added = 0;
      for (let more = true; more; ) {
        const read = reader.readNew();
        added += ingest.ingest(read.entries);
        more = read.more;
      }
      ingest.settleCrashed();
      return { added, damaged: [...reader.damaged, ...reader.readLeftovers()].map(({ reason }) => reason) };
    };
    const [first, second] = [ingestOnce(), ingestOnce()];
    store.saveScenario(sessionId, {
      ...scenarioStart,
      durationMs: 10,
      outcome: 'passed',
      errorMessage: null,
    });
    const endedAtMs = startedAtMs + 30_000;
    store.finishSession(sessionId, { status: 'completed', endedAtMs, stopReason: null });
    const facts = store.readFacts(sessionId);
    const report = analyzeSession(facts);
    store.replaceRuleIssues(sessionId, ruleIssues(report, facts));
    store.replaceSuggestions(sessionId, report.suggestions, endedAtMs);
    return {
      activities: this.#rows<ActivityRow>('activities', sessionId),
      metrics: this.#rows<MetricRow>('performance_metrics', sessionId),
      issues: this.#rows<IssueRow & { source: string }>('issues', sessionId).filter(
        ({ source }) => source === 'scenario',
      ),
      added: [first.added, second.added],
      damagedLines: first.damaged,
      everythingStored: [readFileSync(journalPath, 'utf8'), ...this.#allValues(sessionId)].join('\n'),
      report,
      text: renderTerminal(report, { colors: false }),
      coloredText: renderTerminal(report, { colors: true }),
      json: renderJson(report),
    };
  }

  #rows<Row>(table: string, sessionId: string): readonly Row[] {
    return this.#database
      .prepare(`SELECT * FROM ${table} WHERE session_id = ? ORDER BY rowid`)
      .all(sessionId) as Row[];
  }

  #allValues(sessionId: string): readonly string[] {
    const tables = ['test_sessions', 'scenarios', 'activities', 'performance_metrics', 'issues'];
    return [...tables, 'improvement_suggestions'].flatMap((table) =>
      this.#rows<Record<string, unknown>>(table, sessionId).flatMap((row) => Object.values(row).map(String)),
    );
  }
}
