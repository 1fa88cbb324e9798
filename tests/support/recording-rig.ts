import { type Clock, systemClock } from '../../src/clock.js';
import type { Activity, Issue, JournalEntry, Metric, ScenarioStart } from '../../src/model.js';
import { ActivityRecorder } from '../../src/recording/activity-recorder.js';
import { JournalReader } from '../../src/recording/journal-reader.js';
import { JournalWriter } from '../../src/recording/journal-writer.js';
import type { LoopWatch } from '../../src/recording/loop-watch.js';
import { ProcessSampler } from '../../src/recording/process-sampler.js';
import { createSecretNameTest } from '../../src/recording/redact.js';
import type { ScenarioRecorder } from '../../src/recording/scenario-recorder.js';
import { temporaryDirectory } from './temporary-directory.js';

export const scenarioStart: ScenarioStart = {
  taskId: 'task-1',
  name: 'a scenario',
  file: 'a.realworld.ts',
  line: 7,
  kind: 'load',
  attempt: 0,
  seed: 42,
  startedAtMs: Date.UTC(2026, 1, 3, 12, 15),
};

/** A recorder of one worker with a journal on disk, and what the journal says so far. */
export class RecordingRig {
  readonly directory: string;
  readonly journal: JournalWriter;
  readonly recorder: ActivityRecorder;
  readonly scenario: ScenarioRecorder;
  readonly complaints: string[] = [];
  readonly #reader: JournalReader;
  readonly #entries: JournalEntry[] = [];

  constructor({
    clock = systemClock,
    directory = temporaryDirectory(),
    sampler = new ProcessSampler(),
    loop = null,
  }: { clock?: Clock; directory?: string; sampler?: ProcessSampler | null; loop?: LoopWatch | null } = {}) {
    this.directory = directory;
    this.journal = new JournalWriter(directory, {
      workerPid: process.pid,
      onFailure: (sentence) => this.complaints.push(sentence),
    });
    this.recorder = new ActivityRecorder({
      sessionId: 'session-1',
      journal: this.journal,
      sampler,
      loop,
      clock,
      digestLimits: { bytesMax: 400, isSecretName: createSecretNameTest([]) },
      capabilities: ['first', 'second'],
    });
    this.scenario = this.recorder.startScenario(scenarioStart);
    this.#reader = new JournalReader(directory);
  }

  get entries(): readonly JournalEntry[] {
    this.journal.flush();
    this.#entries.push(...this.#reader.readNew().entries);
    return this.#entries;
  }

  get activities(): readonly Activity[] {
    return this.entries.flatMap((entry) => (entry.entry === 'activity' ? [entry.activity] : []));
  }

  get metrics(): readonly Metric[] {
    return this.entries.flatMap((entry) => (entry.entry === 'metric' ? [entry.metric] : []));
  }

  get issues(): readonly Issue[] {
    return this.entries.flatMap((entry) => (entry.entry === 'issue' ? [entry.issue] : []));
  }

  /** The one activity of a method; fails the test when there is none or more than one. */
  only(method: string): Activity {
    const found = this.activities.filter((activity) => activity.method === method);
    const [activity] = found;
    if (activity === undefined || found.length > 1) {
      throw new Error(`${found.length} activities of ${method} were recorded, not one`);
    }
    return activity;
  }
}
