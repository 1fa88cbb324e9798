import { cpuLimitsPercent, diskLimitPercent, memoryLimitsPercent } from '../bands.js';
import { draftIssue, type Rule } from './rule.js';

const watched = [
  { metricType: 'cpu_usage', name: 'CPU', limitPercent: cpuLimitsPercent.acceptable },
  { metricType: 'memory_usage', name: 'memory', limitPercent: memoryLimitsPercent.acceptable },
  { metricType: 'disk_usage', name: 'disk', limitPercent: diskLimitPercent },
] as const;

/** Fewer samples say nothing about a session: the first second of any run is busy. */
const samplesMin = 3;

/** A machine that was full on average: then the other figures say more about the machine than about the system. */
export const findResourceLimits: Rule = ({ facts }) =>
  watched.flatMap(({ metricType, name, limitPercent }) => {
    const figures = facts.metrics.find(
      (metric) => metric.capability === 'system' && metric.metricType === metricType,
    );
    if (figures === undefined || figures.count < samplesMin || figures.mean < limitPercent) return [];
    return [
      draftIssue(facts, {
        severity: 'medium',
        capability: 'system',
        issueType: 'resource_limit',
        subject: metricType,
        description: `The machine's ${name} was at ${figures.mean.toFixed(0)} % on average over ${figures.count} samples (limit ${limitPercent} %).`,
        suggestedFix: `Run on a machine with more ${name}, or with fewer scenarios at once.`,
      }),
    ];
  });
