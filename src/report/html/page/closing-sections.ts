import type { SessionPage } from '../../../session-page.js';
import { formatBytes } from '../../../units.js';
import { el, empty, name, type Section, table } from './elements.js';
import { formatCount, formatMoment, formatNumber } from './words.js';

/** Metrics of the tool's own rooms, which stand elsewhere on the page. */
const ownCapabilities = new Set(['system', 'worker', 'recorder']);

/** What scenarios measured beside their calls. */
export function measuredSection({ report }: SessionPage): Section {
  const metrics = report.metrics.filter(({ capability }) => !ownCapabilities.has(capability));
  return {
    id: 'measured',
    title: 'Measured by scenarios',
    count: metrics.length,
    content:
      metrics.length === 0
        ? [empty('Nothing beside the calls.')]
        : [
            table(
              'Metrics that scenarios recorded',
              [
                { title: 'Metric', cell: ({ metricType }) => name(metricType) },
                { title: 'Of', cell: ({ capability }) => name(capability) },
                { title: 'Mean', isNumber: true, cell: ({ mean }) => formatNumber(mean) },
                { title: 'Unit', cell: ({ unit }) => name(unit) },
                { title: 'Least', isNumber: true, cell: ({ min }) => formatNumber(min) },
                { title: 'Most', isNumber: true, cell: ({ max }) => formatNumber(max) },
                { title: 'Last', isNumber: true, cell: ({ last }) => formatNumber(last) },
                { title: 'Values', isNumber: true, cell: ({ count }) => formatCount(count) },
              ],
              metrics,
            ),
          ],
  };
}

export function environmentSection({ report, readAtMs }: SessionPage): Section {
  const { session } = report;
  const { environment } = session;
  const facts: readonly (readonly [string, string])[] = [
    ['Session', session.sessionId],
    ['Project', session.projectPath],
    ['Began', formatMoment(session.startedAtMs)],
    ['Ended', session.endedAtMs === null ? 'not yet' : formatMoment(session.endedAtMs)],
    ['Status', `${session.status}${session.stopReason === null ? '' : `: ${session.stopReason}`}`],
    ['Seed', String(session.seed)],
    ['Time given to scenarios', `${session.durationMinutes} minutes`],
    ['Commit', environment.commit ?? 'not known'],
    ['Node', environment.node],
    ['Vitest', environment.vitest],
    ['Platform', environment.platform],
    ['Processor', `${environment.cpuModel}, ${environment.cpuCount} cores`],
    ['Memory', formatBytes(environment.memoryBytes)],
    ['Page made', formatMoment(readAtMs)],
  ];
  return {
    id: 'environment',
    title: 'Environment',
    count: null,
    content: [
      el(
        'dl',
        { class: 'facts' },
        facts.map(([title, value]) => el('div', {}, el('dt', {}, title), el('dd', {}, name(value, 'fact')))),
      ),
      el(
        'p',
        { class: 'muted' },
        'Repeat it with the same choices by setting ',
        el('code', {}, `REALWORLD_SEED=${session.seed}`),
        '.',
      ),
    ],
  };
}

const methods: readonly (readonly [string, string])[] = [
  [
    'Latency',
    'From the call until its promise settles, also when it fails. Percentiles are nearest-rank: the smallest latency that at least that share does not exceed. They are exact up to 200,000 activities whose rows are all kept, and within 0.3 % above.',
  ],
  [
    'Intervals of percentiles',
    'They hold for every distribution: the ranks come from the binomial distribution (Hahn and Meeker 1991). With too few calls there is none, and the number that it takes is named.',
  ],
  ['Success rate', 'Over the calls without an injected fault, with the interval of Wilson (1927).'],
  [
    'Score',
    'Success, response and use of resources, each from 0 to 1 and weighed as shown. Response and resources count by bands: excellent 1, good 0.8, acceptable 0.5, poor 0.2.',
  ],
  [
    'What got worse',
    'A session is one number for each metric, because calls of one session share its luck. The newest sessions are compared with those before by the Mann-Whitney test, corrected for all metrics that were looked at (Benjamini and Hochberg 1995).',
  ],
  [
    'Changes of level',
    'Found by the energy statistic (Matteson and James 2014), tested with Student’s t, and corrected for the choice of the place and for all series.',
  ],
  [
    'Memory over time',
    'The largest resident memory of the process at the end of a call in each window, and the mean of the heap in use. Calls that overlap share their process.',
  ],
  [
    'Machine',
    'CPU, memory and the fullest disk of the whole machine, at the interval of the session. A session whose mean is above a limit gets an issue.',
  ],
  [
    'Timelines',
    'Beginnings are known to the millisecond, durations to the microsecond. Calls overlap when one began before the other ended.',
  ],
  [
    'Accuracy',
    'Rates over cases that were not taught, with the interval of Wilson. The counts of the confusion matrix follow from the recorded rates and the number of cases.',
  ],
];

export function methodSection({ leftOut }: SessionPage): Section {
  return {
    id: 'method',
    title: 'How this was computed',
    count: null,
    content: [
      el('h3', {}, 'What stands here in part'),
      leftOut.length === 0
        ? el('p', {}, 'Nothing was left out or sampled: every chart is over all activities.')
        : el(
            'ul',
            {},
            leftOut.map((sentence) => el('li', {}, sentence)),
          ),
      el(
        'dl',
        { class: 'method-notes' },
        methods.map(([title, text]) => el('div', {}, el('dt', {}, title), el('dd', {}, text))),
      ),
    ],
  };
}
