import { systemClock } from '../src/clock.js';
import type { JournalEntry, SystemSample } from '../src/model.js';
import { LiveGroups } from '../src/report/live.js';
import { LiveTally } from '../src/report/live-tally.js';
import { type LiveLook, type LiveStatus, renderLiveLine, renderLiveRegion } from '../src/report/live-view.js';

const capabilitiesShown = 5;

export interface LiveOutputOptions {
  readonly sessionId: string;
  readonly filesTotal: number;
  /** How long the session is expected to take, in milliseconds; null when nothing tells. */
  readonly expectedMs: number | null;
  /** Time between two of the lines that are printed where nothing can be redrawn, in milliseconds. */
  readonly intervalMs: number;
  readonly print: (text: string) => void;
}

/** What a person sees while a session runs: a region that is redrawn where there is one, else lines at intervals. */
export class LiveOutput {
  readonly #options: LiveOutputOptions;
  readonly #tally = new LiveTally();
  readonly #groups = new LiveGroups();
  readonly #startedMs = systemClock.monotonicMs();
  readonly #running = new Map<string, string>();
  #scenariosDone = 0;
  #filesDone = 0;
  #sample: SystemSample | null = null;
  #lastLinesMs = this.#startedMs;
  /** Whether somebody draws the region: then no lines are printed. */
  isDrawn = false;

  constructor(options: LiveOutputOptions) {
    this.#options = options;
  }

  observe(entry: JournalEntry): void {
    if (entry.entry === 'activity') {
      this.#tally.add(entry.activity);
      // Nobody takes the groups where the region is drawn; they would only grow.
      if (!this.isDrawn) this.#groups.add(entry.activity);
    } else if (entry.entry === 'scenario_started') {
      this.#running.set(entry.scenario.taskId, entry.scenario.name);
    }
  }

  observeSample(sample: SystemSample): void {
    this.#sample = sample;
  }

  get isScenarioRunning(): boolean {
    return this.#running.size > 0;
  }

  endScenario(taskId: string): void {
    this.#scenariosDone++;
    this.#running.delete(taskId);
  }

  endFile(): void {
    this.#filesDone++;
  }

  /** The region, as it is now. */
  region(look: LiveLook): readonly string[] {
    return renderLiveRegion(this.#status(), look);
  }

  /** Prints the lines of an interval that is over, where no region is drawn. */
  printDue(): void {
    const nowMs = systemClock.monotonicMs();
    if (this.isDrawn || nowMs - this.#lastLinesMs < this.#options.intervalMs) return;
    this.#lastLinesMs = nowMs;
    const lines = [renderLiveLine(this.#status()), ...this.#groups.takeLines(this.#options.sessionId)];
    for (const line of lines) this.#options.print(`${line}\n`);
  }

  #status(): LiveStatus {
    const { sessionId, filesTotal, expectedMs } = this.#options;
    return {
      sessionId,
      expectedMs,
      filesTotal,
      elapsedMs: systemClock.monotonicMs() - this.#startedMs,
      scenariosDone: this.#scenariosDone,
      filesDone: this.#filesDone,
      scenario: [...this.#running.values()].at(-1) ?? null,
      activities: this.#tally.activities,
      errors: this.#tally.errors,
      cpuPercent: this.#sample?.cpuPercent ?? null,
      memoryPercent: this.#sample?.memoryPercent ?? null,
      capabilityCount: this.#tally.capabilityCount,
      capabilities: this.#tally.newest(capabilitiesShown),
    };
  }
}
