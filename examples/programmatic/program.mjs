import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RealWorldTester } from 'vitest-realworld/core';

const durationMinutes = Number(process.argv[2] ?? 0.5);
const folder = fileURLToPath(new URL('.', import.meta.url));

// TypeScript, and Node from version 24 on, can write `await using tester = new RealWorldTester(...)` instead of try and finally.
const tester = new RealWorldTester({ root: folder, seed: 7, resourceLimits: { cpuPercentMax: 100 } });
try {
  const sessionId = await tester.startTestSession(`${folder}/library`, { durationMinutes });
  process.stdout.write(`Started ${sessionId}\n`);

  const ended = tester.waitForSession(sessionId);
  for (let seen = await look(); seen !== undefined; seen = await look()) {
    const seconds = (seen.elapsedMs / 1_000).toFixed(1);
    process.stdout.write(`${seconds}s: ${seen.activities} activities, ${seen.errors} errors\n`);
    for (const { capability, calls, p95Ms } of seen.capabilities) {
      process.stdout.write(`  ${capability}: ${calls} calls, p95 ${p95Ms.toFixed(2)} ms\n`);
    }
  }
  const stats = await ended;
  process.stdout.write(await tester.generateImprovementReport(sessionId));

  const { topIssues } = await tester.analyzeSessionResults(sessionId);
  const critical = topIssues.filter(({ severity }) => severity === 'critical');
  const passed = stats.overallScore !== null && stats.overallScore >= 70 && critical.length === 0;
  process.stdout.write(`${passed ? 'PASS' : 'FAIL'}: score ${stats.overallScore?.toFixed(1)}\n`);
  process.exitCode = passed ? 0 : 1;
} finally {
  await tester[Symbol.asyncDispose]();
}

/** The session as it is half a second later; undefined when it is over. */
async function look() {
  await delay(500);
  const { activeSessions } = await tester.monitorActivities();
  return activeSessions[0];
}
