import type { EngineContext } from '../engine-context.js';

export interface ArrivalResult {
  readonly sent: number;
  readonly received: number;
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  /** Received without having been sent. */
  readonly foreign: readonly string[];
  readonly whole: boolean;
}

/** Compares what went into a flow with what came out, by id, and reports damage as an issue (`lost_data`, high). */
export function checkArrival(
  { recorder }: EngineContext,
  flow: string,
  sent: readonly string[],
  received: readonly string[],
): ArrivalResult {
  const sentIds = new Set(sent);
  const counts = new Map<string, number>();
  for (const id of received) counts.set(id, (counts.get(id) ?? 0) + 1);
  const lost = [...sentIds].filter((id) => !counts.has(id));
  const duplicated = [...counts].filter(([id, count]) => count > 1 && sentIds.has(id)).map(([id]) => id);
  const foreign = [...counts.keys()].filter((id) => !sentIds.has(id));
  const damaged = lost.length + duplicated.length + foreign.length > 0;
  // That nothing arrived where nothing was sent shows nothing.
  const whole = !damaged && sentIds.size > 0;
  recorder.recordMetric(
    'data_flow_integrity',
    sentIds.size === 0 ? 0 : 1 - lost.length / sentIds.size,
    'share',
    {
      context: {
        flow,
        sent: sent.length,
        lost: lost.length,
        duplicated: duplicated.length,
        foreign: foreign.length,
      },
    },
  );
  if (damaged) {
    recorder.recordIssue({
      severity: 'high',
      issueType: 'lost_data',
      description: `Flow "${flow}": of ${sentIds.size} items ${lost.length} were lost, ${duplicated.length} came twice, ${foreign.length} were never sent.`,
    });
  }
  return { sent: sent.length, received: received.length, lost, duplicated, foreign, whole };
}
