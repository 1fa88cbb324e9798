import {
  type KindSummary,
  type ScenarioOutcome,
  type ScenarioSummary,
  type SessionFacts,
  scenarioKinds,
} from '../model.js';
import { summarizeCalls } from './summarize-calls.js';

/** The calls of each scenario that made any. */
export function summarizeScenarios({
  scenarios,
  scenarioMethods,
  windowMs,
}: SessionFacts): readonly ScenarioSummary[] {
  return scenarios.flatMap(({ taskId }) => {
    const methods = scenarioMethods.filter((figures) => figures.taskId === taskId);
    return methods.length === 0 ? [] : [{ taskId, ...summarizeCalls(methods, windowMs) }];
  });
}

/** The scenarios of each kind that there were, in the order in which the kinds are named. */
export function summarizeKinds({
  scenarios,
  scenarioMethods,
  windowMs,
}: SessionFacts): readonly KindSummary[] {
  return scenarioKinds.flatMap((kind) => {
    const own = scenarios.filter((scenario) => scenario.kind === kind);
    if (own.length === 0) return [];
    const ids = new Set<string | null>(own.map(({ taskId }) => taskId));
    const methods = scenarioMethods.filter(({ taskId }) => ids.has(taskId));
    const count = (wanted: ScenarioOutcome): number => own.filter(({ outcome }) => outcome === wanted).length;
    const skipped = count('skipped');
    const ran = own.length - skipped;
    return [{ kind, scenarios: ran, passed: count('passed'), skipped, ...summarizeCalls(methods, windowMs) }];
  });
}
