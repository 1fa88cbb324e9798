import type { LeakVerdict, MemoryTrend } from '../../analysis/leak/judge-leak.js';
import type { ScenarioRecorder } from '../../recording/scenario-recorder.js';

export interface LeakSubject {
  readonly name: string;
  readonly capability?: string;
  readonly calls: number;
}

/** Keeps the growth as a metric and a leak as an issue; a verdict that could not be reached is said. */
export function recordLeak(
  recorder: ScenarioRecorder,
  { name, capability, calls }: LeakSubject,
  found: LeakVerdict,
): void {
  const owner = capability === undefined ? {} : { capability };
  const { samples, collected, verdict } = found;
  if (found.verdict === 'inconclusive') {
    recorder.recordIssue({
      ...owner,
      severity: 'info',
      issueType: 'insufficient_data',
      description: `Whether "${name}" leaks is not known: ${samples} memory samples over ${calls} calls, and ${found.samplesNeeded} more are needed.`,
      suggestedFix: 'Let the watch go on longer, or take more samples.',
    });
    return;
  }
  const { memory, bytesPerCall, lowBytesPerCall, highBytesPerCall, p } = mainTrend(found.trends);
  recorder.recordMetric('leak_bytes_per_call', bytesPerCall, 'bytes', {
    ...owner,
    context: { name, verdict, memory, lowBytesPerCall, highBytesPerCall, p, samples, calls, collected },
  });
  if (verdict === 'no_leak') return;
  const growing = found.trends.filter((trend) => trend.growing).map(describeTrend);
  const weaker = collected
    ? ''
    : ' Garbage could not be collected before the samples, so this is less certain.';
  recorder.recordIssue({
    ...owner,
    severity: 'high',
    issueType: 'leak',
    description: `"${name}" keeps memory: ${growing.join(', ')} (n = ${samples} samples over ${calls} calls).${weaker}`,
    suggestedFix:
      'Compare two heap snapshots taken some hundred calls apart: what grew between them is kept.',
    reproducible: true,
  });
}

/** The one that grows most, or where none grows, the heap. */
function mainTrend(trends: readonly MemoryTrend[]): MemoryTrend {
  const growing = trends.filter((trend) => trend.growing);
  const compared = growing.length === 0 ? trends.slice(0, 1) : growing;
  return compared.reduce((most, trend) => (trend.bytesPerCall > most.bytesPerCall ? trend : most));
}

function describeTrend({ memory, bytesPerCall, lowBytesPerCall, highBytesPerCall }: MemoryTrend): string {
  const names = { heap: 'heap', external: 'external memory', array_buffers: 'array buffers' };
  const [growth, low, high] = [bytesPerCall, lowBytesPerCall, highBytesPerCall].map(Math.round);
  return `${growth} bytes a call of ${names[memory]} (98 % interval ${low} to ${high})`;
}
