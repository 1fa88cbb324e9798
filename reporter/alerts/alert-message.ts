import { toTimestamp } from '../../src/clock.js';
import type { Alert, GateVerdict } from '../../src/gate.js';
import type { SessionReport } from '../../src/model.js';

/** What is told about a session whose gate is broken; the same for every way it is sent. */
export interface AlertMessage {
  readonly sessionId: string;
  readonly endedAt: string;
  readonly verdict: GateVerdict['verdict'];
  /** 0 to 100, or null when nothing was measured. */
  readonly score: number | null;
  readonly commit: string | null;
  readonly alerts: readonly Alert[];
}

/** Null when there is nothing to tell. */
export function alertMessage({ session, gate, score }: SessionReport): AlertMessage | null {
  if (gate === null || gate.alerts.length === 0) return null;
  return {
    sessionId: session.sessionId,
    endedAt: toTimestamp(session.endedAtMs ?? session.startedAtMs),
    verdict: gate.verdict,
    score: score?.total ?? null,
    commit: session.environment.commit,
    alerts: gate.alerts,
  };
}
