import type { Issue, SessionReport } from '../model.js';
import { formatDuration } from '../units.js';
import { padColumns, toPlainText, wrap } from './plain-text.js';

const columns = 80;

/** The head of a step, between lines. */
export function renderStep(step: number, steps: number, title: string): string {
  const line = '-'.repeat(columns);
  return `\n${line}\nStep ${step} of ${steps}: ${title}\n${line}\n`;
}

/** Prose in the width of a terminal; lines that begin with two blanks stay as they are. */
export function renderProse(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => (line.startsWith('  ') || line === '' ? [line] : wrap(line, columns)))
    .map((line) => `${line}\n`)
    .join('');
}

/** Issues with what to do, the most severe first. */
export function renderIssues(issues: readonly Issue[]): string {
  if (issues.length === 0) return '  None.\n';
  return issues
    .map(({ severity, capability, description, suggestedFix }) => {
      const text = [
        `[${severity.toUpperCase()}] ${capability}: ${description}`,
        ...(suggestedFix === null ? [] : [`Fix: ${suggestedFix}`]),
      ];
      return text
        .flatMap((line) => wrap(toPlainText(line), columns - 4).map((part) => `    ${part}\n`))
        .join('');
    })
    .join('\n');
}

/** The same figures of two runs beside each other. */
export function renderBeforeAndAfter(before: SessionReport, after: SessionReport): string {
  const rows: readonly (readonly [string, string, string])[] = [
    ['', 'before', 'after'],
    ...before.capabilities.flatMap(({ capability, methods }) =>
      methods.map(
        ({ method }) =>
          [
            `${capability}.${method}, mean`,
            meanOf(before, capability, method),
            meanOf(after, capability, method),
          ] as const,
      ),
    ),
    ['issues', countIssues(before), countIssues(after)],
    ['score', scoreOf(before), scoreOf(after)],
  ];
  return rows
    .map(([name, left, right]) => `  ${padColumns(name, 28)}${left.padStart(12)}${right.padStart(12)}\n`)
    .join('');
}

function meanOf({ capabilities }: SessionReport, capability: string, method: string): string {
  const summary = capabilities
    .find((one) => one.capability === capability)
    ?.methods.find((one) => one.method === method);
  return summary?.meanMs == null ? '-' : formatDuration(summary.meanMs);
}

function countIssues({ issues }: SessionReport): string {
  return String(issues.filter(({ severity }) => severity !== 'info').length);
}

function scoreOf({ score }: SessionReport): string {
  return score === null ? '-' : score.total.toFixed(1);
}
