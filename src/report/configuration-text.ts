import { padColumns, toPlainText, truncate } from './plain-text.js';

/** An option in force, and where its value comes from. */
export interface ConfigurationEntry {
  /** Its path, such as `limits.cpuPercentMax`. */
  readonly option: string;
  /** Null when there is none. */
  readonly value: unknown;
  readonly source:
    | { readonly from: 'default' }
    | { readonly from: 'plugin' }
    | { readonly from: 'file'; readonly path: string }
    | { readonly from: 'environment'; readonly variable: string }
    | { readonly from: 'flag'; readonly flag: string };
}

const valueColumnsMax = 48;

/** A line for each option: its name, its value, and where that comes from. */
export function renderConfiguration(entries: readonly ConfigurationEntry[]): string {
  const rows = [
    ['option', 'value', 'from'] as const,
    ...entries.map(
      ({ option, value, source }) =>
        [
          toPlainText(option),
          truncate(value === null ? '-' : toPlainText(JSON.stringify(value)), valueColumnsMax),
          toPlainText(describeSource(source)),
        ] as const,
    ),
  ];
  const nameColumns = Math.max(...rows.map(([name]) => name.length));
  const valueColumns = Math.max(...rows.map(([, value]) => value.length));
  return rows
    .map(
      ([name, value, from]) =>
        `${padColumns(name, nameColumns)}  ${padColumns(value, valueColumns)}  ${from}\n`,
    )
    .join('');
}

function describeSource(source: ConfigurationEntry['source']): string {
  switch (source.from) {
    case 'default':
      return 'default';
    case 'plugin':
      return 'realWorld() in the Vitest configuration';
    case 'file':
      return source.path;
    case 'environment':
      return `environment variable ${source.variable}`;
    case 'flag':
      return source.flag;
    default:
      return source satisfies never;
  }
}
