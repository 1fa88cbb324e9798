import type { Session } from '../../model.js';
import type { EvidenceTimeline, TimelineCall } from '../../session-page.js';
import type { NearbyCall, SessionSamples } from '../../storage/session-samples.js';

/** Calls on one timeline: what a person takes in. */
const callsMax = 24;

/**
 * The activities that ran at the time of one: its ancestors and descendants first, then those that overlap it, then those that
 * its worker did just before and after.
 *
 * @returns null when the row of the activity was not kept
 */
export function readTimeline(
  samples: SessionSamples,
  { sessionId, startedAtMs }: Session,
  activityId: string,
): EvidenceTimeline | null {
  const nearby = samples.readNearby(sessionId, activityId);
  const own = nearby.find((call) => call.activityId === activityId);
  if (own === undefined) return null;
  const family = familyOf(nearby, own);
  const others = nearby.filter((call) => !family.includes(call));
  const overlapping = others.filter((call) => overlaps(call, own));
  const beside = others
    .filter((call) => call.workerPid === own.workerPid && !overlaps(call, own))
    .sort((left, right) => distance(left, own) - distance(right, own))
    .slice(0, 6);
  const shown = [...family, ...overlapping, ...beside].slice(0, callsMax);
  const shownOverlapping = overlapping.filter((call) => shown.includes(call)).length;
  return {
    activityId,
    calls: inOrder(shown, startedAtMs),
    more: overlapping.length - shownOverlapping + Math.max(0, family.length - callsMax),
  };
}

function familyOf(nearby: readonly NearbyCall[], own: NearbyCall): readonly NearbyCall[] {
  const byId = new Map(nearby.map((call) => [call.activityId, call]));
  const family = new Set([own]);
  for (let call: NearbyCall | undefined = own; call?.parentId != null; ) {
    const parent = byId.get(call.parentId);
    if (parent === undefined || family.has(parent)) break;
    family.add(parent);
    call = parent;
  }
  // Rows are in the order of their ends, a child's before its parent's: from behind, every parent is met first.
  const descendants = new Set([own.activityId]);
  for (const call of [...nearby].sort((left, right) => left.startedAtMs - right.startedAtMs)) {
    if (call.parentId === null || !descendants.has(call.parentId)) continue;
    descendants.add(call.activityId);
    family.add(call);
  }
  return [...family];
}

function overlaps(call: NearbyCall, own: NearbyCall): boolean {
  return (
    call.startedAtMs < own.startedAtMs + own.durationMs &&
    call.startedAtMs + call.durationMs > own.startedAtMs
  );
}

function distance(call: NearbyCall, own: NearbyCall): number {
  return call.startedAtMs < own.startedAtMs
    ? own.startedAtMs - (call.startedAtMs + call.durationMs)
    : call.startedAtMs - (own.startedAtMs + own.durationMs);
}

/** By their beginning, each child below its parent. */
function inOrder(calls: readonly NearbyCall[], startedAtMs: number): readonly TimelineCall[] {
  const ids = new Set(calls.map(({ activityId }) => activityId));
  const childrenOf = new Map<string | null, NearbyCall[]>();
  for (const call of [...calls].sort((left, right) => left.startedAtMs - right.startedAtMs)) {
    const parent = call.parentId !== null && ids.has(call.parentId) ? call.parentId : null;
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), call]);
  }
  const listed = (parent: string | null, depth: number): readonly TimelineCall[] =>
    (childrenOf.get(parent) ?? []).flatMap((call) => [
      toTimelineCall(call, depth, startedAtMs),
      ...listed(call.activityId, depth + 1),
    ]);
  return listed(null, 0);
}

function toTimelineCall(call: NearbyCall, depth: number, startedAtMs: number): TimelineCall {
  return {
    activityId: call.activityId,
    parentId: call.parentId,
    depth,
    capability: call.capability,
    method: call.method,
    workerPid: call.workerPid,
    atMs: call.startedAtMs - startedAtMs,
    durationMs: call.durationMs,
    outcome: call.outcome,
    error: call.error,
    fault: call.fault,
  };
}
