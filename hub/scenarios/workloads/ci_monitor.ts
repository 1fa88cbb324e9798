import { createHmac, randomUUID } from 'node:crypto';
import type { CapabilityWorkload } from './capability-workload.js';

const secret = 'workload';

/** A signed message, a forged one, two reports of one commit that disagree, and a workflow file; all answers are checked. */
export const ciMonitorWorkload: CapabilityWorkload = {
  capability: 'ci_monitor',
  paceMs: 3_000,
  weight: 'light',
  prepare: ({ hub: { ci_monitor: monitor } }) => ({
    round: async (number) => {
      // A commit of its own: the state may know those of an earlier run.
      const commit = randomUUID();
      const body = JSON.stringify({
        action: 'completed',
        check_run: {
          id: number,
          name: 'build',
          head_sha: commit,
          status: 'completed',
          conclusion: 'failure',
        },
        repository: { full_name: 'workload/repository' },
      });
      const signature = createHmac('sha256', secret).update(body).digest('hex');
      const headers = {
        'x-github-event': 'check_run',
        'x-github-delivery': commit,
        'x-hub-signature-256': `sha256=${signature}`,
      };
      const taken = await monitor.ingestWebhook(headers, body, { secret });
      const again = await monitor.ingestWebhook(headers, body, { secret });
      if (taken.outcome !== 'recorded' || taken.run.commit !== commit || again.outcome !== 'duplicate') {
        throw new Error(`A message was ${taken.outcome}, its repetition ${again.outcome}.`);
      }
      for (const [source, failure] of [
        ['first', ''],
        ['second', '<failure message="no"/>'],
      ]) {
        const xml = `<testsuites><testsuite name="s"><testcase name="steady" classname="${commit}"/><testcase name="odd" classname="${commit}">${failure}</testcase></testsuite></testsuites>`;
        const report = await monitor.ingestJUnit(xml, { commit, source: `${source} ${commit}` });
        if (report.tests !== 2) throw new Error(`A report of 2 tests was read as ${report.tests}.`);
      }
      const flaky = (await monitor.flaky()).filter(({ suite }) => suite === commit);
      if (flaky.length !== 1 || flaky[0]?.name !== 'odd' || flaky[0].failureRate !== 0.5) {
        throw new Error(`Flaky were ${flaky.map(({ name }) => name).join(', ')} instead of "odd".`);
      }
      const { jobs, errors } = await monitor.parseWorkflow(
        'on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm test\n  ship:\n    needs: buidl\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n',
      );
      if (jobs.length !== 2 || jobs[0]?.steps[0]?.run !== 'npm test' || errors.length !== 1) {
        throw new Error(`A workflow was read with ${jobs.length} jobs and ${errors.length} errors.`);
      }
    },
  }),
};
