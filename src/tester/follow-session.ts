import { setImmediate as nextTurn } from 'node:timers/promises';
import { LatencyHistogram } from '../latency-histogram.js';
import type { Activity, JournalEntry, SystemSample } from '../model.js';
import { JournalReader } from '../recording/journal-reader.js';
import { type SessionFact, SessionLog } from '../session/session-log.js';

/** How the calls of one capability went so far. */
export interface CapabilityProgress {
  readonly capability: string;
  readonly calls: number;
  /** Calls that did not succeed while no fault was injected. */
  readonly errors: number;
  readonly errorsUnderFault: number;
  /** Share of the calls without injected fault that succeeded, 0 to 1; null when there was no such call. */
  readonly successRate: number | null;
  readonly meanMs: number;
  /** Within 0.3 %, of so many calls. */
  readonly p95Ms: number;
}

/** How far a session has come. */
export interface SessionProgress {
  readonly activities: number;
  readonly errors: number;
  /** Names of the scenarios at work. */
  readonly runningScenarios: readonly string[];
  readonly endedScenarios: number;
  readonly capabilities: readonly CapabilityProgress[];
  /** The newest look at the whole machine by the session itself; null before the first. */
  readonly latestSample: SystemSample | null;
}

interface Count {
  calls: number;
  errors: number;
  errorsUnderFault: number;
  totalMs: number;
  readonly latency: LatencyHistogram;
}

const percentile = 0.95;

/**
 * Counts what a session at work writes into its journals, without the database: reading it neither waits for the run nor holds
 * it up.
 */
export class SessionFollower {
  readonly #reader: JournalReader;
  readonly #log: SessionLog;
  readonly #counts = new Map<string, Count>();
  readonly #running = new Map<string, string>();
  readonly #ended = new Set<string>();
  #latestSample: SystemSample | null = null;
  #reading: Promise<void> = Promise.resolve();

  /** @param journalDirectory absolute path of the folder of the session's journals */
  constructor(journalDirectory: string) {
    this.#reader = new JournalReader(journalDirectory);
    this.#log = new SessionLog(journalDirectory);
  }

  /** Process ids of the workers that were seen. */
  get workerPids(): readonly number[] {
    return this.#reader.workerPids;
  }

  /** Reads what is new. Who asks while another reads gets what both have read. */
  async read(): Promise<SessionProgress> {
    const reading = this.#reading.then(() => this.#readNew());
    this.#reading = reading.catch(() => {});
    await reading;
    return this.#summarize();
  }

  /** Gives back what is held open. */
  close(): void {
    this.#reader.close();
  }

  async #readNew(): Promise<void> {
    for (const fact of this.#log.readNew()) this.#takeFact(fact);
    for (;;) {
      const { entries, more } = this.#readPart();
      for (const entry of entries) this.#take(entry);
      if (!more) return;
      // A journal of a million calls is read in pieces, so that the program that asks stays alive.
      await nextTurn();
    }
  }

  #readPart(): ReturnType<JournalReader['readNew']> {
    try {
      return this.#reader.readNew();
    } catch (thrown) {
      // The session ended while it was read, and its journals are in the database.
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')
        return { entries: [], more: false };
      throw thrown;
    }
  }

  #takeFact(fact: SessionFact): void {
    if (fact.fact === 'sample') this.#latestSample = fact.sample;
  }

  #take(entry: JournalEntry): void {
    if (entry.entry === 'activity') this.#count(entry.activity);
    else if (entry.entry === 'scenario_started') {
      this.#running.set(entry.scenario.taskId, entry.scenario.name);
      this.#ended.delete(entry.scenario.taskId);
    } else if (entry.entry === 'scenario_ended') {
      this.#running.delete(entry.taskId);
      this.#ended.add(entry.taskId);
    }
  }

  #count({ capability, durationMs, outcome, fault }: Activity): void {
    const count = this.#counts.get(capability) ?? newCount();
    this.#counts.set(capability, count);
    count.calls++;
    count.totalMs += durationMs;
    count.latency.record(durationMs);
    if (outcome === 'succeeded') return;
    if (fault === null) count.errors++;
    else count.errorsUnderFault++;
  }

  #summarize(): SessionProgress {
    const capabilities = [...this.#counts].map(([capability, count]) => summarize(capability, count));
    return {
      activities: capabilities.reduce((sum, { calls }) => sum + calls, 0),
      errors: capabilities.reduce((sum, { errors }) => sum + errors, 0),
      runningScenarios: [...this.#running.values()],
      endedScenarios: this.#ended.size,
      capabilities: capabilities.sort((left, right) => right.calls - left.calls),
      latestSample: this.#latestSample,
    };
  }
}

function newCount(): Count {
  return { calls: 0, errors: 0, errorsUnderFault: 0, totalMs: 0, latency: new LatencyHistogram() };
}

function summarize(capability: string, count: Count): CapabilityProgress {
  const { calls, errors, errorsUnderFault, totalMs, latency } = count;
  // As in the report: a failure under a fault is what the scenario asked for.
  const judged = calls - errorsUnderFault;
  return {
    capability,
    calls,
    errors,
    errorsUnderFault,
    successRate: judged === 0 ? null : (judged - errors) / judged,
    meanMs: totalMs / calls,
    p95Ms: latency.atRank(Math.ceil(percentile * calls)),
  };
}
