import type { SessionFacts } from '../../model.js';

/** An activity of a capability that shows what is said of all of its calls: the slowest of its busiest method. */
export function typicalActivityOf({ methods }: SessionFacts, capability: string): string | null {
  const own = methods.filter((figures) => figures.capability === capability);
  if (own.length === 0) return null;
  return own.reduce((most, figures) => (figures.calls > most.calls ? figures : most)).slowestActivityId;
}
