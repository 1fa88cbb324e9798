import type { EvidenceTimeline, TimelineCall } from '../../../session-page.js';
import { formatDuration } from '../../../units.js';
import { badge, bar, type Child, el, name } from './elements.js';
import { count, formatElapsed } from './words.js';

/** The activities around one: when each ran, on which worker, and which call made it. */
export function drawTimeline({ activityId, calls, more }: EvidenceTimeline): readonly Child[] {
  const fromMs = Math.min(...calls.map(({ atMs }) => atMs));
  const toMs = Math.max(...calls.map(({ atMs, durationMs }) => atMs + durationMs));
  const spanMs = Math.max(0.001, toMs - fromMs);
  const workers = [...new Set(calls.map(({ workerPid }) => workerPid))];
  return [
    el(
      'p',
      { class: 'muted' },
      `${count(calls.length, 'activity', 'activities')} over ${formatDuration(spanMs)}, from ${formatElapsed(Math.max(0, fromMs), 100)} into the session, on ${count(workers.length, 'worker')}.${more === 0 ? '' : ` ${more} more overlap and are not shown.`}`,
    ),
    el(
      'ol',
      { class: 'timeline' },
      calls.map((call) => row(call, { isEvidence: call.activityId === activityId, fromMs, spanMs })),
    ),
  ];
}

function row(
  call: TimelineCall,
  {
    isEvidence,
    fromMs,
    spanMs,
  }: { readonly isEvidence: boolean; readonly fromMs: number; readonly spanMs: number },
): HTMLElement {
  const { capability, method, atMs, durationMs, outcome, error, fault, workerPid, depth } = call;
  const from = (atMs - fromMs) / spanMs;
  const failed = outcome !== 'succeeded' && outcome !== 'abandoned';
  const title = el(
    'span',
    { class: 'call' },
    depth === 0 ? null : el('span', { class: 'hidden' }, `nested ${depth} deep: `),
    name(`${capability}.${method}`),
    isEvidence ? badge('evidence', 'calm') : null,
    failed ? badge(outcome.replace('_', ' '), 'bad') : null,
  );
  title.style.paddingInlineStart = `${Math.min(depth, 6) * 0.9}rem`;
  return el(
    'li',
    { class: isEvidence ? 'evidence' : null },
    title,
    el(
      'span',
      { class: 'track', 'aria-hidden': 'true' },
      bar(`span ${failed ? 'failed' : ''}`, from, Math.max(from + durationMs / spanMs, from + 0.004)),
    ),
    el(
      'span',
      { class: 'when' },
      formatDuration(durationMs),
      el('span', { class: 'hidden' }, ` from ${formatElapsed(Math.max(0, atMs), 10)}`),
      workerPid === null ? null : el('small', {}, `worker ${workerPid}`),
    ),
    error === null ? null : el('p', { class: 'error-text' }, error),
    fault === null ? null : el('p', { class: 'muted' }, 'under the fault ', name(fault)),
  );
}
