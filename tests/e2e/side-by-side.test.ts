import { expect, test } from 'vitest';
import { InnerProject, smallProject } from './inner-project.js';

test('two runs at the same time on one database complete, with nothing mixed or lost', async () => {
  using project = new InnerProject({
    ...smallProject,
    'greeter.realworld.ts': `
      import { realWorldTest as realWorld } from 'vitest-realworld';
      realWorld.scenario('greets a crowd', { kind: 'load' }, async ({ hub }) => {
        for (let index = 0; index < 2_000; index++) {
          hub.greeter.greet(process.env.CROWD + index);
          if (index % 100 === 0) await hub.greeter.wait(2);
        }
      });`,
  });
  const runs = await Promise.all([project.run([], { CROWD: 'left' }), project.run([], { CROWD: 'right' })]);
  for (const run of runs) expect(run.exitCode, run.output).toBe(0);
  const sessions = project.query<{ session_id: string; status: string; total_activities: number }>(
    'SELECT session_id, status, total_activities FROM test_sessions',
  );
  expect(sessions).toHaveLength(2);
  for (const session of sessions) {
    expect(session).toMatchObject({ status: 'completed', total_activities: 2_020 });
    const crowds = project.query<{ crowd: string; calls: number }>(
      `SELECT CASE WHEN result_data LIKE '%left%' THEN 'left' ELSE 'right' END AS crowd, count(DISTINCT result_data) AS calls
        FROM activities WHERE session_id = ? AND activity_type = 'greet' GROUP BY 1`,
      session.session_id,
    );
    expect(crowds).toHaveLength(1);
    expect(crowds[0]?.calls).toBe(2_000);
  }
});
