/** Checked by `npm run test:types`, as `public-face.test-d.ts` is. */
import {
  type ActiveSession,
  type CollectedMetrics,
  type FinalStats,
  type Issue,
  type MonitorData,
  RealWorldTester,
  type RealWorldTesterOptions,
  type SessionAnalysis,
  type SessionReport,
} from 'vitest-realworld/core';

type Equal<Left, Right> =
  (<Type>() => Type extends Left ? 1 : 2) extends <Type>() => Type extends Right ? 1 : 2 ? true : false;
const isTrue = <Type extends true>(_proof?: Type): void => {};

new RealWorldTester();
new RealWorldTester({
  root: '.',
  database: 'ci_tests.db',
  resourceLimits: { cpuPercentMax: 80, memoryPercentMax: 90, diskPercentMax: 95, consecutiveErrorsMax: 3 },
  gate: 'fail',
  include: ['scenarios/*.realworld.ts'],
  onOutput: (text, sessionId) => {
    isTrue<Equal<typeof text, string>>();
    isTrue<Equal<typeof sessionId, string | null>>();
  },
} satisfies RealWorldTesterOptions);
// @ts-expect-error the workspace is an argument of startTestSession
new RealWorldTester({ workspace: '.' });
// @ts-expect-error unknown option
new RealWorldTester({ dbPath: 'x.db' });
// @ts-expect-error unknown limit
new RealWorldTester({ resourceLimits: { cpuMax: 80 } });

export async function useAll(tester: RealWorldTester): Promise<void> {
  isTrue<Equal<ReturnType<typeof tester.startTestSession>, Promise<string>>>();
  isTrue<Equal<ReturnType<typeof tester.monitorActivities>, Promise<MonitorData>>>();
  isTrue<Equal<ReturnType<typeof tester.collectMetrics>, Promise<CollectedMetrics>>>();
  isTrue<Equal<ReturnType<typeof tester.analyzeSessionResults>, Promise<SessionAnalysis>>>();
  isTrue<Equal<ReturnType<typeof tester.generateImprovementReport>, Promise<string>>>();
  isTrue<Equal<ReturnType<typeof tester.stopSession>, Promise<FinalStats>>>();
  isTrue<Equal<ReturnType<typeof tester.waitForSession>, Promise<FinalStats>>>();
  const sessionId = await tester.startTestSession('.', { durationMinutes: 5 });
  // @ts-expect-error the length has a name
  await tester.startTestSession('.', 5);
  // @ts-expect-error a session is named by its id
  await tester.stopSession(7);
  const { activeSessions } = await tester.monitorActivities();
  isTrue<Equal<(typeof activeSessions)[number], ActiveSession>>();
  isTrue<Equal<ActiveSession['remainingMs'], number | null>>();
  const analysis = await tester.analyzeSessionResults(sessionId);
  isTrue<typeof analysis extends SessionReport ? true : false>();
  isTrue<Equal<typeof analysis.topIssues, readonly Issue[]>>();
  // @ts-expect-error there may be no score, and none is no pass
  if (analysis.session.overallScore < 70) throw new Error();
  tester.resourceLimits = { cpuPercentMax: 80 };
  // @ts-expect-error the database of a tester stays
  tester.database = 'other.db';
  await using owned = new RealWorldTester();
  isTrue<Equal<typeof owned, RealWorldTester>>();
}
