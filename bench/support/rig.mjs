import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { instrumentCapability } from '../../dist/src/capability/instrument.js';
import { systemClock } from '../../dist/src/clock.js';
import { ActivityRecorder } from '../../dist/src/recording/activity-recorder.js';
import { JournalWriter } from '../../dist/src/recording/journal-writer.js';
import { LoopWatch } from '../../dist/src/recording/loop-watch.js';
import { ProcessSampler } from '../../dist/src/recording/process-sampler.js';
import { createSecretNameTest } from '../../dist/src/recording/redact.js';

/** The folder of the package that is measured. */
export const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** What the calls answer: a small result of the kind that a search returns. */
export const smallResult = { path: 'src/index.ts', line: 42, score: 0.875, found: true };

/** The system under test: nothing, so that what is measured is the recording. */
export class NoWork {
  find() {
    return smallResult;
  }
  async findLater() {
    return smallResult;
  }
}

let loop = null;

/** One a process, as in a worker. */
function loopWatch() {
  loop ??= new LoopWatch(() => systemClock.monotonicMs());
  return loop;
}

export function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'realworld-bench-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A capability behind the recorder of one worker, as a scenario gets it, with a journal on disk. */
export function openRig({
  sampling = 'full',
  directory = temporaryDirectory(),
  sessionId = 'bench',
  capability = new NoWork(),
} = {}) {
  const journal = new JournalWriter(directory, {
    workerPid: process.pid,
    onFailure: (sentence) => {
      throw new Error(sentence);
    },
  });
  const recorder = new ActivityRecorder({
    sessionId,
    journal,
    sampler: sampling === 'full' ? new ProcessSampler() : null,
    loop: sampling === 'full' ? loopWatch() : null,
    clock: systemClock,
    digestLimits: { bytesMax: 400, isSecretName: createSecretNameTest([]) },
    capabilities: ['code_search'],
  });
  const scenario = recorder.startScenario({
    taskId: '-1234567890_0_0',
    name: 'finds what was asked for',
    file: 'hub/scenarios/load.realworld.ts',
    line: 12,
    kind: 'load',
    attempt: 0,
    seed: 42,
    startedAtMs: systemClock.epochMs(),
  });
  return {
    directory,
    journal,
    scenario,
    capability: instrumentCapability('code_search', capability, scenario),
  };
}

export function journalsIn(directory) {
  return readdirSync(directory).filter((name) => name.endsWith('.ndjson'));
}
