import { baselineRunsMin, freshRunsNeeded } from '../analysis/regression/compare-with-history.js';
import { toTimestamp } from '../clock.js';
import { toPlainText } from '../report/plain-text.js';
import type { Baseline } from '../storage/baselines.js';
import { describeEnvironmentKey } from '../storage/environment-key.js';
import { baselineInForce } from '../storage/read-history.js';

const msPerDay = 86_400_000;
const commitsTold = 3;

/** What was set, what gave way for it, and what can be done with it. */
export function describeSetting(set: Baseline, replaced: Baseline | undefined): string {
  const { name, runs } = set;
  const instead =
    replaced === undefined
      ? ''
      : `, in the place of the one of ${toTimestamp(replaced.createdAtMs).slice(0, 10)} (${countRuns(replaced)})`;
  const told = `Baseline "${name}" is set from ${countRuns(set)}${instead}.\n`;
  if (runs.length < baselineRunsMin) {
    return `${told}Nothing can be compared with it yet: it needs ${baselineRunsMin} runs at least. Set it again when there are more.\n`;
  }
  const fresh = `Comparing with it needs ${freshRunsNeeded(runs.length, 0)} other runs`;
  return name === baselineInForce
    ? `${told}It is in force: runs made from now on are compared with it. ${fresh}.\n`
    : `${told}${fresh}, as in: vitest-realworld compare baseline:${name} commit:<sha>\n`;
}

/** A baseline in a few lines. */
export function describeBaseline(baseline: Baseline, nowMs: number): string {
  const { name, environmentKey, scenarios, createdAtMs, note, projectPath } = baseline;
  const days = Math.max(0, Math.floor((nowMs - createdAtMs) / msPerDay));
  const age = days === 0 ? 'today' : `${days} ${days === 1 ? 'day' : 'days'} ago`;
  const inForce = name === baselineInForce ? ' (in force)' : '';
  const fields: readonly (readonly [string, string])[] = [
    ['project', projectPath],
    ['environment', describeEnvironmentKey(environmentKey)],
    ['scenarios', scenarios.length === 0 ? 'none passed' : scenarios.join(', ')],
    ...(note === null ? [] : [['note', note] as const]),
  ];
  const lines = fields.map(([label, text]) => `  ${label.padEnd(12)} ${toPlainText(text)}\n`);
  return `${toPlainText(name)}${inForce}: ${countRuns(baseline)}, set ${age}\n${lines.join('')}`;
}

function countRuns({ runs }: Baseline): string {
  const commits = [...new Set(runs.flatMap(({ commit }) => commit?.slice(0, 10) ?? []))];
  const count = `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`;
  if (commits.length === 0) return count;
  const more = commits.length > commitsTold ? ` and ${commits.length - commitsTold} more` : '';
  return `${count} of ${commits.length === 1 ? 'commit' : 'commits'} ${commits.slice(0, commitsTold).join(', ')}${more}`;
}
