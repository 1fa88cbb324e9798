import { analyzeSession } from '../analysis/analyze-session.js';
import { estimatePercentile } from '../analysis/statistics/percentile-interval.js';
import { systemClock } from '../clock.js';
import type { HistorySeries } from '../history.js';
import type { MethodFigures, SessionFacts, SessionReport } from '../model.js';
import { createRandom } from '../seeded-random.js';
import type { EvidenceTimeline, MethodCourse, ScenarioMethodRow, SessionPage } from '../session-page.js';
import type { CallSample, SessionSamples } from '../storage/session-samples.js';
import type { SessionStore } from '../storage/session-store.js';
import { readTimeline } from './page/evidence-timeline.js';
import { countBars } from './page/latency-bars.js';
import { curveMetrics, evaluationMetrics, groupCurves, groupEvaluations } from './page/learning-figures.js';
import { readMachine } from './page/machine-course.js';
import { groupTrials, recoveryMetrics } from './page/recovery-rows.js';

/** What a page shows of each kind: enough for a person, and few enough for a page of a few hundred kilobytes. */
const shownMax = {
  methods: 80,
  sampledCalls: 3_000,
  scenarioMethods: 400,
  timelines: 40,
  learningMetrics: 2_000,
  recoveryMetrics: 3_000,
  series: 60,
} as const;

/**
 * All that a page about a session shows.
 *
 * @throws RealWorldError `SESSION_UNKNOWN`
 */
export function readSessionPage(store: SessionStore, sessionId: string): SessionPage {
  const facts = store.readFacts(sessionId);
  return assemblePage(store.samples, facts, analyzeSession(facts));
}

/** As `readSessionPage`, for a report that was made already, such as one with a gate. */
export function assemblePage(
  samples: SessionSamples,
  facts: SessionFacts,
  report: SessionReport,
): SessionPage {
  const { session } = facts;
  const { sessionId, startedAtMs } = session;
  const sampled = samples.sampleCalls(sessionId, shownMax.sampledCalls, createRandom(session.seed));
  const methods = [...facts.methods].sort((left, right) => right.calls - left.calls);
  const rows = [...facts.scenarioMethods].sort((left, right) => totalMs(right) - totalMs(left));
  const evidence = [
    ...new Set(
      report.issues.flatMap(({ evidenceActivityId }) =>
        evidenceActivityId === null ? [] : [evidenceActivityId],
      ),
    ),
  ];
  const courses = methods
    .slice(0, shownMax.methods)
    .map((figures) => courseOf(figures, facts, sampled, startedAtMs));
  const drawable = facts.history.series.filter(({ points }) => points.length > 1);
  const series = chooseSeries(drawable, report);
  return {
    report,
    readAtMs: Math.round(systemClock.epochMs()),
    windowMs: facts.windowMs,
    methods: courses,
    scenarioMethods: rows.slice(0, shownMax.scenarioMethods).map(rowOf),
    machine: readMachine(samples, facts),
    errorGroups: facts.errorGroups,
    evidence: evidence
      .slice(0, shownMax.timelines)
      .map((activityId) => readTimeline(samples, session, activityId))
      .filter((timeline): timeline is EvidenceTimeline => timeline !== null),
    evaluations: groupEvaluations(
      samples.readMetrics(sessionId, evaluationMetrics, { pointsMax: shownMax.learningMetrics }),
    ),
    curves: groupCurves(
      samples.readMetrics(sessionId, curveMetrics, { pointsMax: shownMax.learningMetrics }),
    ),
    recoveries: groupTrials(
      samples.readMetrics(sessionId, recoveryMetrics, { pointsMax: shownMax.recoveryMetrics }),
      startedAtMs,
    ),
    history: series,
    leftOut: describeLeftOut({
      report,
      dots: courses.reduce((sum, { sample }) => sum + sample.length, 0),
      methods: methods.length,
      scenarioMethods: rows.length,
      timelines: evidence.length,
      series: drawable.length,
    }),
  };
}

function totalMs({ meanMs, calls }: MethodFigures): number {
  return meanMs * calls;
}

function courseOf(
  { capability, method, latency, windows }: MethodFigures,
  { windowMs }: SessionFacts,
  sampled: readonly CallSample[],
  startedAtMs: number,
): MethodCourse {
  return {
    capability,
    method,
    histogram: countBars(latency),
    windows: windows.map((window) => ({
      atMs: window.index * windowMs,
      calls: window.calls,
      errors: window.errors,
      meanMs: window.totalMs / window.calls,
      heapMeanBytes: window.sampledCalls === 0 ? null : window.heapTotalBytes / window.sampledCalls,
      rssMaxBytes: window.sampledCalls === 0 ? null : window.rssMaxBytes,
    })),
    sample: sampled
      .filter((call) => call.capability === capability && call.method === method)
      .map((call) => ({
        atMs: Math.max(0, call.startedAtMs - startedAtMs),
        durationMs: call.durationMs,
        succeeded: call.succeeded,
      })),
  };
}

function rowOf(figures: SessionFacts['scenarioMethods'][number]): ScenarioMethodRow {
  const { taskId, capability, method, calls, errors, errorsUnderFault, meanMs, medianMs, maxMs } = figures;
  const p95 = estimatePercentile(figures.latency, 0.95);
  return { taskId, capability, method, calls, errors, errorsUnderFault, meanMs, medianMs, p95, maxMs };
}

/** Those in which something changed first, then those with the most runs. */
function chooseSeries(series: readonly HistorySeries[], report: SessionReport): readonly HistorySeries[] {
  const keyOf = ({ file, scenario, capability, method, metric }: Omit<HistorySeries, 'points'>): string =>
    JSON.stringify([file, scenario, capability, method, metric]);
  const { changes, changePoints, ratchet } = report.history;
  const moved = new Set([...changes, ...changePoints, ...ratchet].map(keyOf));
  const rank = (one: HistorySeries): number => (moved.has(keyOf(one)) ? 1_000 : 0) + one.points.length;
  return [...series].sort((left, right) => rank(right) - rank(left)).slice(0, shownMax.series);
}

function describeLeftOut(counts: {
  readonly report: SessionReport;
  readonly dots: number;
  readonly methods: number;
  readonly scenarioMethods: number;
  readonly timelines: number;
  readonly series: number;
}): readonly string[] {
  const { activities, rowsKept } = counts.report.totals;
  const sentences: string[] = [];
  if (rowsKept < activities) {
    sentences.push(
      `The database keeps the rows of ${rowsKept} of ${activities} activities: failures, outliers and a sample. Sums, percentiles and histograms are over all of them.`,
    );
  }
  if (counts.dots < rowsKept) {
    sentences.push(
      `The dots in the charts are ${counts.dots} of ${rowsKept} activities, drawn from even stretches of them. Everything else is over all of them.`,
    );
  }
  const parts = [
    ['methods have a chart of their own, those with the most calls', shownMax.methods, counts.methods],
    [
      'rows of calls by scenario stand here, those with the most time',
      shownMax.scenarioMethods,
      counts.scenarioMethods,
    ],
    ['activities that show an issue have a timeline', shownMax.timelines, counts.timelines],
    ['metrics of earlier sessions are drawn, those that changed first', shownMax.series, counts.series],
  ] as const;
  for (const [what, shown, all] of parts) if (all > shown) sentences.push(`${shown} of ${all} ${what}.`);
  return sentences;
}
