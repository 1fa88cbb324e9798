import type { LogAnalyzer } from '../../capabilities/log_analyzer/index.js';
import type { CapabilityWorkload } from './capability-workload.js';

const forms: readonly ((value: number) => string)[] = [
  (value) => `10:00:0${value % 10} GET /files/${value} 200 in ${value % 90} ms`,
  (value) => `10:00:0${value % 10} worker ${value} took job 'index-${value}' from the queue`,
  (value) => `10:00:0${value % 10} cache of 'module ${value}' dropped after ${value * 3} reads`,
  (value) => `10:00:0${value % 10} cannot read /srv/data/${value}.json: permission denied`,
];
const lines = 400;

/** Learns a log whose forms are known and looks for the line that does not belong to it. */
export const logAnalyzerWorkload: CapabilityWorkload = {
  capability: 'log_analyzer',
  paceMs: 3_000,
  weight: 'light',
  prepare({ hub, seed }) {
    const analyzer: LogAnalyzer = hub.log_analyzer;
    return {
      round(number) {
        const log = Array.from(
          { length: lines },
          (_, at) => forms[at % forms.length]?.(at * 7 + number + (seed % 1_000)) ?? '',
        );
        const { templates } = analyzer.templates(log, { source: 'workload' });
        if (
          templates.length !== forms.length ||
          templates.some(({ count }) => count !== lines / forms.length)
        ) {
          throw new Error(`${forms.length} forms of lines were taken for ${templates.length} templates`);
        }
        const planted = 'Segmentation fault, core was written';
        const found = analyzer.anomalies([...log.slice(0, 50), planted]);
        if (found.length !== 1 || found[0]?.kind !== 'unknown-line' || found[0].line !== planted) {
          throw new Error(`a planted line was not the one anomaly: ${JSON.stringify(found).slice(0, 200)}`);
        }
        if (analyzer.classify(log[1] ?? '')?.example !== log[1]) {
          throw new Error('a line was not given the template that it is the example of');
        }
      },
    };
  },
};
