import type { Scenario } from '../model.js';

/** How many scenarios passed of those that were not skipped, in words, and how many were skipped; '' when none was. */
export function describePassed(scenarios: readonly Pick<Scenario, 'outcome'>[]): {
  readonly passed: string;
  readonly skipped: string;
} {
  const count = (wanted: Scenario['outcome']): number =>
    scenarios.filter(({ outcome }) => outcome === wanted).length;
  const skipped = count('skipped');
  return {
    passed: `${count('passed')} of ${scenarios.length - skipped}`,
    skipped: skipped === 0 ? '' : `${skipped} skipped`,
  };
}
