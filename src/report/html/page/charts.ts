import uPlot from 'uplot';
import { el } from './elements.js';

/** Names of the style's colours, so that a chart follows the page from light to dark. */
export type Colour = '--accent' | '--second' | '--third' | '--good' | '--warn' | '--bad' | '--muted';

export interface Series {
  readonly label: string;
  /** Null where the line is broken, undefined where only another series has a value. */
  readonly values: readonly (number | null | undefined)[];
  readonly colour: Colour;
  readonly as?: 'line' | 'dots' | 'bars';
  readonly dash?: readonly number[];
}

/** A line across the chart: at a value of the x axis, or of the y axis. */
export interface Mark {
  readonly x?: number;
  readonly y?: number;
  readonly label: string;
  readonly colour: Colour;
}

export interface Chart {
  readonly title: string;
  /** What a person who does not see the chart is told. */
  readonly summary: string;
  readonly x: readonly number[];
  readonly series: readonly Series[];
  readonly marks?: readonly Mark[];
  readonly formatX: (value: number, step: number) => string;
  readonly formatY: (value: number) => string;
  /** Where the x axis may have its marks: milliseconds, or whole numbers. @default whole */
  readonly xAxis?: 'time' | 'whole';
  readonly yAxis?: 'bytes' | 'numbers';
  readonly logY?: boolean;
  /** The y axis goes from 0 to at least here. */
  readonly yMax?: number;
  readonly height?: number;
  readonly note?: string;
}

const usualHeight = 190;
const byteSteps = Array.from({ length: 40 }, (_, power) => 2 ** power);
const wholeSteps = [1, 2, 5]
  .flatMap((step) => [0, 1, 2, 3, 4].map((power) => step * 10 ** power))
  .sort(byValue);
/** In milliseconds, up to a day. */
const timeSteps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000,
  600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 86_400_000,
];
const drawn = new Set<uPlot>();
const waiting = new Map<Element, () => void>();

const seen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) build(target);
  },
  { rootMargin: '300px' },
);
const resized = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const chart = [...drawn].find(({ root }) => root.parentElement === target);
    if (chart !== undefined && contentRect.width > 0) {
      chart.setSize({ width: Math.floor(contentRect.width), height: chart.height });
    }
  }
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const chart of drawn) chart.redraw(true, true);
});

/** A chart that is drawn when it comes into view. */
export function drawChart(chart: Chart): HTMLElement {
  const { title, summary, series, note } = chart;
  const plot = el('div', { class: 'plot', role: 'img', 'aria-label': `${title}. ${summary}` });
  plot.style.minHeight = `${chart.height ?? usualHeight}px`;
  const readout = el('span', { class: 'readout', 'aria-hidden': 'true' });
  const legend = series.map(({ label, colour, as = 'line' }) =>
    el('li', {}, el('span', { class: `key ${as} ${colour.slice(2)}`, 'aria-hidden': 'true' }), label),
  );
  waiting.set(plot, () => plotInto(plot, readout, chart));
  seen.observe(plot);
  return el(
    'figure',
    { class: 'chart' },
    el('figcaption', {}, el('span', { class: 'chart-title' }, title), readout),
    plot,
    series.length > 1 ? el('ul', { class: 'legend' }, legend) : null,
    note === undefined ? null : el('p', { class: 'note' }, note),
  );
}

/** Draws what was not in view yet: paper has no view. */
export function drawAll(): void {
  for (const target of [...waiting.keys()]) build(target);
}

/** Forgets the charts of a page that is drawn anew. */
export function forgetCharts(): void {
  for (const chart of drawn) chart.destroy();
  drawn.clear();
  waiting.clear();
  seen.disconnect();
  resized.disconnect();
}

function build(target: Element): void {
  const draw = waiting.get(target);
  if (draw === undefined || target.clientWidth === 0) return;
  waiting.delete(target);
  seen.unobserve(target);
  draw();
}

function plotInto(plot: HTMLElement, readout: HTMLElement, chart: Chart): void {
  const chartOptions = optionsOf(plot, readout, chart);
  const data = [chart.x, ...chart.series.map(({ values }) => values)] as unknown as uPlot.AlignedData;
  drawn.add(new uPlot(chartOptions, data, plot));
  resized.observe(plot);
}

function optionsOf(plot: HTMLElement, readout: HTMLElement, chart: Chart): uPlot.Options {
  const { series, formatX, formatY, marks = [], logY = false } = chart;
  const axis = {
    stroke: () => colour('--muted'),
    grid: { stroke: () => colour('--grid'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  const isBars = series.some(({ as }) => as === 'bars');
  return {
    width: plot.clientWidth,
    height: chart.height ?? usualHeight,
    legend: { show: false },
    padding: [12, 12, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: !isBars } },
    scales: {
      x: { time: false, range: (_self, low, high) => widen(low, high, isBars) },
      y: logY ? { distr: 3 } : { range: (_self, _low, high) => [0, topOf(high, chart)] },
    },
    axes: [
      {
        ...axis,
        space: 70,
        size: 30,
        incrs: chart.xAxis === 'time' ? timeSteps : wholeSteps,
        values: (_self, splits) =>
          splits.map((value) => formatX(value, Math.abs((splits[1] ?? value + 1) - (splits[0] ?? 0)))),
      },
      {
        ...axis,
        size: 64,
        space: 34,
        ...(chart.yAxis === 'bytes' ? { incrs: byteSteps } : {}),
        ...(logY ? { grid: { ...axis.grid, filter: powersOfTen } } : {}),
        values: (_self, splits) =>
          splits.map((value: number | null) => (value === null ? '' : value === 0 ? '0' : formatY(value))),
      },
    ],
    series: [{}, ...series.map(seriesOptions)],
    hooks: {
      draw: [(self) => drawMarks(self, marks)],
      setCursor: [(self) => showReadout(self, readout, chart)],
    },
  };
}

/** Between them a logarithmic axis would be full of lines. */
function powersOfTen(_self: uPlot, splits: number[]): (number | null)[] {
  return splits.map((value) => (Number.isInteger(Number(Math.log10(value).toFixed(6))) ? value : null));
}

function byValue(left: number, right: number): number {
  return left - right;
}

/** A single value still has a place in the middle. */
function widen(low: number, high: number, isBars: boolean): [number, number] {
  if (isBars) return [low - 0.6, high + 0.6];
  return low === high ? [low - 1, high + 1] : [low, high];
}

function topOf(high: number | null, { yMax, marks = [] }: Chart): number {
  const top = Math.max(high ?? 0, yMax ?? 0, ...marks.flatMap(({ y }) => (y === undefined ? [] : [y])));
  const hasLabels = marks.some(({ x }) => x !== undefined);
  return top === 0 ? 1 : top * (hasLabels ? 1.35 : 1.06);
}

function seriesOptions({ label, colour: name, as = 'line', dash }: Series): uPlot.Series {
  const stroke = (): string => colour(name);
  switch (as) {
    case 'bars': {
      const paths = uPlot.paths.bars?.({ size: [0.86, 60] });
      return { label, fill: stroke, points: { show: false }, ...(paths ? { paths } : {}) };
    }
    case 'dots':
      return { label, stroke, paths: () => null, points: { show: true, size: 4, fill: stroke, width: 0 } };
    case 'line':
      return {
        label,
        stroke,
        width: 1.75,
        points: { show: true, size: 4, fill: stroke },
        ...(dash === undefined ? {} : { dash: [...dash] }),
      };
    default:
      return as satisfies never;
  }
}

function drawMarks(self: uPlot, marks: readonly Mark[]): void {
  const { ctx: canvas, bbox } = self;
  const ratio = devicePixelRatio;
  canvas.save();
  canvas.font = `${11 * ratio}px system-ui, sans-serif`;
  canvas.lineWidth = ratio;
  canvas.setLineDash([4 * ratio, 3 * ratio]);
  marks.forEach(({ x, y, label, colour: name }, index) => {
    canvas.strokeStyle = colour(name);
    canvas.fillStyle = colour(name);
    canvas.beginPath();
    if (x !== undefined) {
      const left = self.valToPos(x, 'x', true);
      canvas.moveTo(left, bbox.top);
      canvas.lineTo(left, bbox.top + bbox.height);
      const isRight = left > bbox.left + bbox.width - 70 * ratio;
      canvas.textAlign = isRight ? 'right' : 'left';
      canvas.fillText(label, left + (isRight ? -4 : 4) * ratio, bbox.top + (11 + 13 * (index % 3)) * ratio);
    } else if (y !== undefined) {
      const top = self.valToPos(y, 'y', true);
      canvas.moveTo(bbox.left, top);
      canvas.lineTo(bbox.left + bbox.width, top);
      canvas.textAlign = 'right';
      canvas.fillText(label, bbox.left + bbox.width - 4 * ratio, top + 13 * ratio);
    }
    canvas.stroke();
  });
  canvas.restore();
}

function showReadout(self: uPlot, readout: HTMLElement, { x, series, formatX, formatY }: Chart): void {
  const { idx: index } = self.cursor;
  const at = typeof index === 'number' ? x[index] : undefined;
  if (typeof index !== 'number' || at === undefined) {
    readout.textContent = '';
    return;
  }
  const values = series.flatMap(({ label, values: all }) => {
    const value = all[index];
    return typeof value === 'number' ? [`${label} ${formatY(value)}`] : [];
  });
  readout.textContent = values.length === 0 ? '' : `${formatX(at, 100)}: ${values.join(', ')}`;
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
