import type { CapabilitySummary, MethodFigures } from '../model.js';

/** Sums the methods of each capability up; capabilities in order of their names. */
export function summarizeCapabilities(methods: readonly MethodFigures[]): readonly CapabilitySummary[] {
  const byCapability = new Map<string, MethodFigures[]>();
  for (const figures of methods) {
    const group = byCapability.get(figures.capability);
    if (group === undefined) byCapability.set(figures.capability, [figures]);
    else group.push(figures);
  }
  return [...byCapability].map(([capability, group]) => summarize(capability, group));
}

function summarize(capability: string, methods: readonly MethodFigures[]): CapabilitySummary {
  const calls = total(methods, ({ calls }) => calls);
  const errors = total(methods, ({ errors }) => errors);
  const errorsUnderFault = total(methods, ({ errorsUnderFault }) => errorsUnderFault);
  const judged = calls - errorsUnderFault;
  // The busiest method stands for the capability: percentiles of different methods cannot be added up.
  const busiest = methods.reduce((most, figures) => (figures.calls > most.calls ? figures : most));
  return {
    capability,
    calls,
    errors,
    errorsUnderFault,
    successRate: judged === 0 ? null : (judged - errors) / judged,
    meanMs: total(methods, ({ meanMs, calls }) => meanMs * calls) / calls,
    medianMs: busiest.medianMs,
    p95Ms: busiest.p95Ms,
    maxMs: Math.max(...methods.map(({ maxMs }) => maxMs)),
    methods,
  };
}

export function total<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
