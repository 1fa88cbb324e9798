import { formatDuration, formatShare, msPerSecond } from '../units.js';
import { padColumns, toPlainText, truncate } from './plain-text.js';

/** A session at work, as it is shown. */
export interface WatchView {
  readonly sessionId: string;
  readonly projectPath: string;
  readonly elapsedMs: number;
  readonly activities: number;
  readonly errors: number;
  readonly cpuPercent: number | null;
  readonly memoryPercent: number | null;
  readonly capabilities: readonly {
    readonly name: string;
    readonly calls: number;
    readonly errors: number;
    readonly p95Ms: number;
  }[];
  readonly upToDate: boolean;
  /** What has become of the process that runs it. */
  readonly runner: 'at_work' | 'gone' | null;
}

const capabilitiesShown = 8;

/** The region that is drawn anew on a terminal. @param columns width of the terminal */
export function renderWatchRegion(views: readonly WatchView[], columns: number): string {
  if (views.length === 0) return 'No session is running.\n';
  return views
    .flatMap((view) => [...describeSession(view), ''])
    .slice(0, -1)
    .map((line) => `${truncate(line, Math.max(20, columns - 1))}\n`)
    .join('');
}

/** A line for each session. */
export function renderWatchLines(views: readonly WatchView[]): string {
  if (views.length === 0) return 'No session is running.\n';
  return views
    .map((view) => {
      const names = view.capabilities.slice(0, 3).map(({ name, calls }) => `${name} ${calls}`);
      const rest = view.capabilities.length > 3 ? [`${view.capabilities.length - 3} more`] : [];
      const parts = [
        describeTotals(view),
        describeMachine(view),
        [...names, ...rest].join(', '),
        ...describeState(view),
      ];
      return `${toPlainText(`[${view.sessionId}] ${parts.filter((part) => part !== '').join(' | ')}`)}\n`;
    })
    .join('');
}

function describeSession(view: WatchView): readonly string[] {
  const shown = view.capabilities.slice(0, capabilitiesShown);
  const nameColumns = Math.max(0, ...shown.map(({ name }) => toPlainText(name).length));
  const hidden = view.capabilities.length - shown.length;
  return [
    toPlainText(`Session ${view.sessionId} on ${view.projectPath}`),
    ...[`  ${describeTotals(view)}`, `  ${describeMachine(view)}`].filter((line) => line.trim() !== ''),
    ...describeState(view).map((line) => `  ${line}`),
    ...shown.map(
      ({ name, calls, errors, p95Ms }) =>
        `    ${padColumns(toPlainText(name), nameColumns)}  ${String(calls).padStart(7)} calls  ${formatShare((calls - errors) / calls).padStart(6)} success  p95 ${formatDuration(p95Ms)}`,
    ),
    ...(hidden > 0 ? [`    and ${hidden} more`] : []),
  ];
}

function describeTotals({ elapsedMs, activities, errors, upToDate }: WatchView): string {
  const elapsed = elapsedMs < msPerSecond ? '0s' : formatDuration(elapsedMs);
  const sum = `running for ${elapsed}, ${activities} ${activities === 1 ? 'activity' : 'activities'}, ${errors} ${errors === 1 ? 'error' : 'errors'}`;
  return upToDate ? sum : `${sum} so far; there are more to read`;
}

function describeMachine({ cpuPercent, memoryPercent }: WatchView): string {
  if (cpuPercent === null || memoryPercent === null) return '';
  return `CPU ${cpuPercent.toFixed(1)}%, memory ${memoryPercent.toFixed(1)}%`;
}

function describeState({ runner }: WatchView): readonly string[] {
  return runner === 'gone' ? ['its run is gone; store what it left with: npx vitest-realworld recover'] : [];
}
