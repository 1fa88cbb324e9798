import type { CapabilitySummary, MethodFigures, MethodSummary, SessionFacts } from '../model.js';
import { findFailurePatterns } from './failure-pattern.js';
import { meanTrend } from './mean-trend.js';
import { mergeWindows } from './merge-windows.js';
import { summarizeCalls } from './summarize-calls.js';

/** Sums the methods of each capability up; capabilities in order of their names. */
export function summarizeCapabilities(facts: SessionFacts): readonly CapabilitySummary[] {
  const byCapability = new Map<string, MethodFigures[]>();
  for (const figures of facts.methods) {
    const group = byCapability.get(figures.capability);
    if (group === undefined) byCapability.set(figures.capability, [figures]);
    else group.push(figures);
  }
  return [...byCapability].map(([capability, methods]) => ({
    capability,
    ...summarizeCalls(methods, facts.windowMs),
    trendMs: meanTrend(mergeWindows(methods.map(({ windows }) => windows))),
    methods: methods.map((figures) => summarizeMethod(facts, figures)),
  }));
}

function summarizeMethod(facts: SessionFacts, figures: MethodFigures): MethodSummary {
  return {
    ...summarizeCalls([figures], facts.windowMs),
    ...figures,
    failurePatterns: findFailurePatterns(facts, figures),
  };
}
