import type picocolors from 'picocolors';
import { truncate, wrap } from './plain-text.js';

/** Columns of the report. */
export const reportWidth = 80;
/** A long text is cut here in the report; the database holds it whole. */
const proseCharsMax = 400;

export type Colors = ReturnType<typeof picocolors.createColors>;

/** A line with the title of a section in its middle. */
export function heading(title: string, colors: Colors): string {
  const left = Math.floor((reportWidth - title.length - 2) / 2);
  const right = reportWidth - title.length - 2 - left;
  return `${'='.repeat(left)} ${colors.bold(title)} ${'='.repeat(right)}`;
}

export function center(text: string): string {
  return ' '.repeat(Math.floor((reportWidth - text.length) / 2)) + text;
}

export function field(label: string, value: string): readonly string[] {
  return indent(`${label}: ${value}`, 0);
}

/** Text broken into lines, all of them moved to the right. */
export function indent(text: string, width: number): readonly string[] {
  const bounded = truncate(text, proseCharsMax);
  return wrap(bounded, reportWidth - Math.max(width, 2)).map(
    (line, index) => ' '.repeat(index === 0 ? width : Math.max(width, 2)) + line,
  );
}

/** That there is more than is shown. */
export function omitted(count: number, what: string): readonly string[] {
  return count > 0 ? ['', `... and ${count} more ${what}${count === 1 ? '' : 's'} in the database.`] : [];
}
