import type { SessionPage } from '../../../session-page.js';
import { type Colour, drawChart } from './charts.js';
import { el, empty, type Section } from './elements.js';
import { count, formatElapsed } from './words.js';

const workerColours: readonly Colour[] = ['--accent', '--second', '--third', '--good', '--warn', '--bad'];

/** What the machine and the workers used along the session, with the limits that they are judged by. */
export function machineSection({ machine }: SessionPage): Section {
  const { samples, points, workers, limits, endsAbove } = machine;
  if (points.length === 0) {
    return { id: 'machine', title: 'Machine', count: null, content: [empty('The machine was not sampled.')] };
  }
  const x = points.map(({ atMs }) => atMs);
  const percent = (value: number): string => `${value.toFixed(0)} %`;
  const resources = [
    ['CPU', 'cpuPercent', '--accent'],
    ['Memory', 'memoryPercent', '--second'],
    ['Fullest disk', 'diskPercent', '--third'],
  ] as const;
  const charts = resources.map(([title, field, colour]) => {
    const values = points.map((point) => point[field]);
    const limit = limits[field];
    // Nothing is above 100 %: such a limit is none.
    const end = (endsAbove?.[field] ?? 100) < 100 ? endsAbove?.[field] : undefined;
    const ends =
      end === undefined ? '' : end === limit ? ', and the session ends' : `; the session ends above ${end} %`;
    const words = end === limit ? `full${ends}, above ${limit} %` : `full above ${limit} %${ends}`;
    // One label, below both lines, which may lie close to each other.
    const lines = [
      { y: limit, colour: '--warn' as const },
      ...(end === undefined || end === limit ? [] : [{ y: end, colour: '--bad' as const }]),
    ];
    const lowest = Math.min(...lines.map(({ y }) => y));
    const most = Math.max(...values.map((value) => value ?? 0));
    return drawChart({
      title,
      summary: `At most ${percent(most)} over ${count(samples, 'sample')}; ${words}.`,
      x,
      series: [{ label: title, values, colour }],
      marks: lines.map((line) => ({ ...line, label: line.y === lowest ? words : '' })),
      formatX: formatElapsed,
      xAxis: 'time',
      formatY: percent,
      yMax: 100,
      height: 150,
    });
  });
  const moments = [...new Set(workers.flatMap((worker) => worker.points.map(({ atMs }) => atMs)))].sort(
    (left, right) => left - right,
  );
  const workerChart =
    moments.length === 0
      ? null
      : drawChart({
          title: 'Resident memory of the workers',
          summary: `${count(workers.length, 'worker')}.`,
          x: moments,
          series: workers.map(({ pid, points: own }, index) => {
            const at = new Map(own.map(({ atMs, rssMegabytes }) => [atMs, rssMegabytes]));
            return {
              label: `worker ${pid}`,
              values: moments.map((moment) => at.get(moment)),
              colour: workerColours[index % workerColours.length] ?? '--accent',
            };
          }),
          formatX: formatElapsed,
          xAxis: 'time',
          formatY: (value) => `${value.toFixed(0)} MB`,
          height: 150,
        });
  return {
    id: 'machine',
    title: 'Machine',
    count: null,
    content: [
      el('p', { class: 'lead' }, `${count(samples, 'sample')} of the whole machine.`),
      el('div', { class: 'charts' }, charts, workerChart),
    ],
  };
}
