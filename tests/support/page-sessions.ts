import type { Activity, Metric } from '../../src/model.js';
import type { SessionStore } from '../../src/storage/session-store.js';
import { scenarioStart } from './recording-rig.js';
import { environment, sampleActivity, sessionStart, startedAtMs } from './sample-activity.js';
import { levelsAround, SessionsOfRuns } from './sessions-of-runs.js';

/** Text from outside that would do harm where it were taken for markup. */
export const hostile = {
  capability: '<img src=x onerror="globalThis.hacked=1">',
  error:
    '</script><script>globalThis.hacked=1</script> \u2028 <!--<script> &lt; {"__proto__":{"hacked":1}} \u202etfel',
  scenario: '"><svg onload=globalThis.hacked=1> \u2029 </title><style>*{display:none}</style>',
  issue: '<iframe srcdoc="<script>top.hacked=1</script>"></iframe> [a](javascript:alert(1))',
} as const;

export const richSessionId = 'rich';
const dayMs = 86_400_000;

/**
 * A session of every kind of thing that a page shows, with hostile texts, after runs that were quicker; in a real database at the
 * place where commands look for it.
 */
export function storeRichSession(): { readonly store: SessionStore; readonly directory: string } {
  const runs = new SessionsOfRuns();
  runs.addAll(levelsAround(10, 14), { commit: 'aaaa1111aaaa1111' });
  runs.addAll(levelsAround(20, 8), { commit: 'bbbb2222bbbb2222' });
  runs.addAll(levelsAround(40, 2), { commit: 'cccc3333cccc3333' });
  const { store, directory } = runs;
  const atMs = startedAtMs + 2 * dayMs;
  store.startSession({
    ...sessionStart,
    sessionId: richSessionId,
    startedAtMs: atMs,
    environment: { ...environment, commit: 'cccc3333cccc3333' },
    safetyLimits: { cpuPercentMax: 55, memoryPercentMax: 95, diskPercentMax: 98, consecutiveErrorsMax: 5 },
  });
  const ingest = store.ingestFor(richSessionId);
  ingest.ingest([
    { entry: 'scenario_started', scenario: { ...scenarioStart, name: 'sells', startedAtMs: atMs } },
    { entry: 'scenario_started', scenario: { ...hostileScenario, startedAtMs: atMs } },
    ...activities(atMs).map((activity) => ({ entry: 'activity', activity }) as const),
    ...metrics(atMs).map((metric) => ({ entry: 'metric', metric }) as const),
    {
      entry: 'issue',
      issue: {
        issueId: 'reported',
        taskId: hostileScenario.taskId,
        atMs: atMs + 1_000,
        severity: 'critical',
        capability: hostile.capability,
        issueType: 'reported',
        description: hostile.issue,
        suggestedFix: 'Do not.',
        reproducible: true,
        evidenceActivityId: 'outer',
      },
    },
  ]);
  ingest.saveSums();
  for (let sample = 0; sample < 20; sample++) {
    store.saveSystemSample(richSessionId, {
      atMs: atMs + sample * 1_000,
      cpuPercent: 40 + sample,
      memoryPercent: 60,
      diskPercent: 70,
      costMs: 2,
      workers: [{ pid: 5, rssBytes: (100 + sample) * 1024 ** 2, cpuPercent: 50 }],
    });
  }
  const end = { durationMs: 20_000, outcome: 'passed', errorMessage: null } as const;
  store.saveScenario(richSessionId, { ...scenarioStart, name: 'sells', ...end });
  store.saveScenario(richSessionId, {
    ...hostileScenario,
    ...end,
    outcome: 'failed',
    errorMessage: hostile.error,
  });
  store.finishSession(richSessionId, {
    status: 'completed',
    endedAtMs: atMs + 20_000,
    stopReason: null,
  });
  return { store, directory };
}

const hostileScenario = {
  ...scenarioStart,
  taskId: 'task-2',
  name: hostile.scenario,
  kind: 'learning',
  line: 20,
} as const;

function activities(atMs: number): readonly Activity[] {
  const { taskId } = scenarioStart;
  const sells = Array.from({ length: 200 }, (_, call) =>
    sampleActivity({
      activityId: `sell-${call}`,
      taskId,
      capability: 'shop',
      method: 'sell',
      startedAtMs: atMs + call * 90,
      durationMs: 40 * (0.9 + ((call * 37) % 100) / 500),
      cpuTimeMs: 0.2,
    }),
  );
  const failing = Array.from({ length: 30 }, (_, call) =>
    sampleActivity({
      activityId: `fail-${call}`,
      taskId: hostileScenario.taskId,
      capability: hostile.capability,
      method: 'run',
      startedAtMs: atMs + 500 + call * 100,
      durationMs: 3 + call,
      ...(call % 3 === 0 ? { outcome: 'failed', error: { name: 'TypeError', message: hostile.error } } : {}),
    }),
  );
  const nested = (activityId: string, parentId: string | null, fromMs: number, durationMs: number) =>
    sampleActivity({
      activityId,
      parentId,
      taskId: hostileScenario.taskId,
      capability: 'nested',
      method: activityId,
      startedAtMs: atMs + 1_000 + fromMs,
      durationMs,
    });
  return [
    ...sells,
    ...failing,
    // A row is written when its call ends, the innermost first.
    nested('innermost', 'inner', 30, 20),
    nested('inner', 'outer', 20, 60),
    { ...nested('beside', null, 40, 200), workerPid: 6 },
    nested('outer', null, 0, 100),
    nested('later', null, 5_000, 10),
  ];
}

function metrics(atMs: number): readonly Metric[] {
  const metric = (
    metricType: string,
    value: number,
    context: Readonly<Record<string, unknown>>,
    given: Partial<Metric> = {},
  ): Metric => ({
    metricId: `${metricType}-${JSON.stringify(context)}-${given.metricId ?? ''}`,
    taskId: hostileScenario.taskId,
    atMs: atMs + 2_000,
    capability: 'learner',
    metricType,
    value,
    unit: 'share',
    ...(given.atMs === undefined ? {} : { atMs: given.atMs }),
    context,
  });
  const judged = { cases: 20, prevalence: 0.5, low: 0.4, high: 0.95 };
  return [
    metric('accuracy', 0.75, judged),
    metric('precision', 8 / 11, judged),
    metric('recall', 0.8, judged),
    metric('f1_score', 16 / 21, judged),
    metric('false_positive_rate', 0.3, judged),
    metric('false_negative_rate', 0.2, judged),
    ...[0, 4, 8].flatMap((examples) => [
      metric('learning_curve_recall', examples / 10, { examples, cases: 20, low: 0, high: 0.9 }),
      metric('learning_curve_precision', 0.5 + examples / 20, { examples, cases: 20, low: 0.2, high: 1 }),
    ]),
    ...[120, null, 40].flatMap((timeToRecoverMs, trial) => {
      const given = { metricId: String(trial), atMs: atMs + 3_000 + trial };
      const context = { fault: 'file_vanished' };
      return [
        metric('error_detected', 1, context, given),
        metric('recovered', timeToRecoverMs === null ? 0 : 1, context, given),
        ...(timeToRecoverMs === null ? [] : [metric('time_to_recover', timeToRecoverMs, context, given)]),
      ];
    }),
  ];
}
