import { resolve } from 'node:path';
import type { OptionFlag } from '../options.js';
import type { CommandOption, Given } from './command.js';

/** Flags that set an option for one run. */
export const settingFlags: readonly CommandOption[] = [
  { flags: '--project <path>', summary: 'The codebase or deployment to work on (option workspace)' },
  { flags: '--duration <minutes>', summary: 'How long scenarios that run for a set time go on' },
  { flags: '--monitor-interval <seconds>', summary: 'Time between two samples of the machine' },
  { flags: '--db <path>', summary: 'The database' },
  { flags: '--hub <module>', summary: 'The module or package that defines the hub' },
  { flags: '--seed <number>', summary: 'Repeats a run with the seed that it printed' },
  { flags: '--gate', summary: 'End with 1 when the gate is broken, with 3 when that is not known' },
  { flags: '--quiet', summary: 'Only the report, no live lines' },
  { flags: '--no-report', summary: 'Record, and print no report' },
];

/** @param directory absolute path that relative ones begin at. @throws UsageError for what is no number, or out of bounds */
export function readSettingFlags(given: Given, directory: string): readonly OptionFlag[] {
  const flags: OptionFlag[] = [];
  const add = (option: string, name: string, value: unknown, text?: string): void => {
    if (value !== undefined)
      flags.push({ option, value, flag: text === undefined ? name : `${name} ${text}` });
  };
  const path = (name: string): string | undefined => {
    const text = given.text(name);
    return text === undefined ? undefined : resolve(directory, text);
  };
  add('workspace', '--project', path('project'), given.text('project'));
  const duration = given.number('duration', { min: 0.001, max: 10_080 });
  add('durationMinutes', '--duration', duration, given.text('duration'));
  const interval = given.number('monitorInterval', { min: 0.1, max: 3_600 });
  add('monitorIntervalSeconds', '--monitor-interval', interval, given.text('monitorInterval'));
  add('database', '--db', path('db'), given.text('db'));
  add('hub', '--hub', given.text('hub'), given.text('hub'));
  add('seed', '--seed', given.number('seed', { min: 0, max: 0xffff_ffff, whole: true }), given.text('seed'));
  if (given.has('gate')) add('gate.mode', '--gate', 'fail');
  if (given.has('quiet')) add('quiet', '--quiet', true);
  // The parser tells `--no-report` as a `report` that is not there.
  if (!given.has('report')) add('report', '--no-report', false);
  return flags;
}
