import { toPlainText, wrap } from './plain-text.js';

/** What one check found. */
export interface CheckResult {
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly finding: string;
  /** What to do; null when nothing is. */
  readonly advice: string | null;
}

const columns = 80;
const indent = ' '.repeat(6);

/** A line for each check, what to do below it, and the sum. */
export function renderChecks(checks: readonly CheckResult[]): string {
  const lines = checks.flatMap(({ check, status, finding, advice }) => [
    ...paragraph(status.padEnd(indent.length), `${check}: ${finding}`),
    ...(advice === null ? [] : paragraph(`${indent}  `, advice)),
  ]);
  const count = (status: CheckResult['status']): number =>
    checks.filter((check) => check.status === status).length;
  return `${lines.join('\n')}\n\n${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed\n`;
}

function paragraph(first: string, text: string): readonly string[] {
  const blank = ' '.repeat(first.length);
  return wrap(toPlainText(text), columns - first.length).map(
    (line, index) => (index === 0 ? first : blank) + line,
  );
}
