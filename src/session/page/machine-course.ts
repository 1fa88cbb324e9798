import { cpuLimitsPercent, diskLimitPercent, memoryLimitsPercent } from '../../analysis/bands.js';
import type { SessionFacts } from '../../model.js';
import type { MachineCourse, MachinePoint, WorkerCourse } from '../../session-page.js';
import type { MetricPoint, SessionSamples } from '../../storage/session-samples.js';

/** Points of a course on the page: more than there are pixels say nothing. */
const pointsMax = 300;
const readMax = 200_000;
const workersMax = 16;

/** What the machine and the workers used; long courses are drawn as means over stretches of time. */
export function readMachine(samples: SessionSamples, { session, safetyLimits }: SessionFacts): MachineCourse {
  const { sessionId, startedAtMs } = session;
  const system = samples.readMetrics(sessionId, ['cpu_usage', 'memory_usage', 'disk_usage'], {
    capability: 'system',
    pointsMax: readMax,
  });
  const worker = samples.readMetrics(sessionId, ['memory_usage'], {
    capability: 'worker',
    pointsMax: readMax,
  });
  return {
    samples: system.filter(({ metricType }) => metricType === 'cpu_usage').length,
    points: meansOf(system, startedAtMs),
    workers: workersOf(worker, startedAtMs),
    limits: {
      cpuPercent: cpuLimitsPercent.acceptable,
      memoryPercent: memoryLimitsPercent.acceptable,
      diskPercent: diskLimitPercent,
    },
    endsAbove: safetyLimits && {
      cpuPercent: safetyLimits.cpuPercentMax,
      memoryPercent: safetyLimits.memoryPercentMax,
      diskPercent: safetyLimits.diskPercentMax,
    },
  };
}

function meansOf(points: readonly MetricPoint[], startedAtMs: number): readonly MachinePoint[] {
  return stretches(points).map((stretch) => {
    const mean = (metricType: string): number | null =>
      meanOf(stretch.filter((point) => point.metricType === metricType).map(({ value }) => value));
    return {
      atMs: Math.max(0, (stretch[0]?.atMs ?? startedAtMs) - startedAtMs),
      cpuPercent: mean('cpu_usage'),
      memoryPercent: mean('memory_usage'),
      diskPercent: mean('disk_usage'),
    };
  });
}

function workersOf(points: readonly MetricPoint[], startedAtMs: number): readonly WorkerCourse[] {
  const byPid = new Map<number, MetricPoint[]>();
  for (const point of points) {
    const pid = Number(point.context.pid);
    const known = byPid.get(pid);
    if (known === undefined) byPid.set(pid, [point]);
    else known.push(point);
  }
  // A worker that has just ended is seen once more, with nothing.
  return [...byPid].slice(0, workersMax).map(([pid, own]) => ({
    pid,
    points: stretches(own.filter(({ value }) => value > 0)).map((stretch) => ({
      atMs: Math.max(0, (stretch[0]?.atMs ?? startedAtMs) - startedAtMs),
      rssMegabytes: meanOf(stretch.map(({ value }) => value)) ?? 0,
    })),
  }));
}

/** Points of the same moment together, and of several moments where there are too many. */
function stretches(points: readonly MetricPoint[]): readonly (readonly MetricPoint[])[] {
  const moments = new Map<number, MetricPoint[]>();
  for (const point of points) {
    const known = moments.get(point.atMs);
    if (known === undefined) moments.set(point.atMs, [point]);
    else known.push(point);
  }
  const inOrder = [...moments].sort(([left], [right]) => left - right).map(([, together]) => together);
  const size = Math.ceil(inOrder.length / pointsMax);
  if (size <= 1) return inOrder;
  return Array.from({ length: Math.ceil(inOrder.length / size) }, (_, stretch) =>
    inOrder.slice(stretch * size, (stretch + 1) * size).flat(),
  );
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
