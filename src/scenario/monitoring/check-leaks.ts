import type { LeakVerdict } from '../../analysis/leak/judge-leak.js';
import type { EngineContext } from '../engine-context.js';
import { requireFunction, requireKnownOptions, requireName, requireWhole } from '../engine-options.js';
import { watchForLeaks } from '../leak-watch.js';
import { requireNumber } from '../load/load-numbers.js';
import { recordLeak } from './record-leak.js';

export interface LeakCheckOptions {
  /** What is called, for the report. */
  readonly name: string;
  readonly call: (index: number) => unknown;
  /** Samples of the memory. @default 40 */
  readonly samples?: number;
  /** Calls between two samples. @default 100 */
  readonly callsPerSample?: number;
  /** Growth below it is not called a leak. @default 200 */
  readonly bytesPerCallMin?: number;
  /** Capability that is called; its issue and its metric carry the name. */
  readonly capability?: string;
}

/** Calls something over and over and keeps the verdict on its memory. */
export async function checkLeaks(
  { recorder, signal }: EngineContext,
  options: LeakCheckOptions,
): Promise<LeakVerdict> {
  const call = 'monitoring.watchForLeaks';
  requireKnownOptions(call, options, [
    'name',
    'call',
    'samples',
    'callsPerSample',
    'bytesPerCallMin',
    'capability',
  ]);
  const { name, capability, ...settings } = options;
  requireName(call, 'name', name);
  requireFunction(call, 'call', settings.call);
  if (settings.samples !== undefined) requireWhole(call, 'samples', settings.samples);
  if (settings.callsPerSample !== undefined) requireWhole(call, 'callsPerSample', settings.callsPerSample);
  if (settings.bytesPerCallMin !== undefined)
    requireNumber(call, 'bytesPerCallMin', settings.bytesPerCallMin, { least: 0 });
  if (capability !== undefined) requireName(call, 'capability', capability);
  let calls = 0;
  const verdict = await watchForLeaks({
    ...settings,
    signal,
    call: (index) => {
      calls = index + 1;
      return settings.call(index);
    },
  });
  recordLeak(recorder, { name, calls, ...(capability === undefined ? {} : { capability }) }, verdict);
  return verdict;
}
