import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, findVitestPackage } from '../../configuration/installed.js';
import { lastLines, runProcess } from '../../experiment/run-process.js';
import { flagsVariable, type OptionFlag } from '../../options.js';
import type { CheckResult } from '../../report/verify-text.js';
import { inspectDatabase } from '../../storage/inspect-database.js';
import { SessionStore } from '../../storage/session-store.js';
import { msPerMinute } from '../../units.js';
import { projectName } from '../../worker-settings.js';
import { withInterrupt } from '../interrupt.js';

const flag = 'the trial run of verify';

/**
 * Runs one scenario that does no more than open the hub, with the project's own configuration, in a worker as any other; its
 * session goes into a folder that is removed.
 */
export async function checkTrialRun(
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<CheckResult> {
  const check = 'hub and a trial run';
  const vitest = findVitestPackage(directory);
  const program = vitest === null ? null : findProgram('vitest', vitest);
  if (program === null)
    return { check, status: 'fail', finding: 'there is no Vitest', advice: 'npm install -D vitest' };
  const folder = mkdtempSync(join(tmpdir(), 'realworld-verify-'));
  try {
    const entry = createRequire(join(directory, 'package.json')).resolve('vitest-realworld');
    const scenario = join(folder, 'verify.realworld.mjs');
    writeFileSync(scenario, scenarioText(entry));
    const flags: readonly OptionFlag[] = [
      { option: 'include', value: [scenario.replaceAll('\\', '/')], flag },
      { option: 'database', value: join(folder, 'verify.db'), flag },
      { option: 'directory', value: folder, flag },
      { option: 'report', value: false, flag },
      { option: 'quiet', value: true, flag },
    ];
    const end = await withInterrupt((signal) =>
      runProcess({
        command: process.execPath,
        arguments: [program, 'run', `--project=${projectName}`, '--reporter=dot'],
        directory,
        environment: {
          ...environment,
          [flagsVariable]: JSON.stringify(flags),
          NO_COLOR: '1',
          FORCE_COLOR: undefined,
        },
        timeoutMs: msPerMinute,
        signal,
      }),
    );
    return judge(check, join(folder, 'verify.db'), end.output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function scenarioText(entry: string): string {
  return `import { realWorldTest } from ${JSON.stringify(entry)};
realWorldTest.scenario('opens the hub', { kind: 'integration' }, ({ hub, record }) => {
  record.metric('capabilities', Object.keys(hub).length, 'count');
});
`;
}

function judge(check: string, database: string, output: string): CheckResult {
  const advice = 'Run it to see all of it: npx vitest run --project realworld';
  if (inspectDatabase(database) === null) {
    return { check, status: 'fail', finding: `no session was made: ${lastLines(output)}`, advice };
  }
  const store = new SessionStore(database);
  try {
    const [session] = store.listSessions();
    const [scenario] = session === undefined ? [] : store.readFacts(session.sessionId).scenarios;
    if (session === undefined || scenario === undefined) {
      return { check, status: 'fail', finding: `no scenario was run: ${lastLines(output)}`, advice };
    }
    if (scenario.outcome === 'passed') {
      const { declaredCapabilities } = store.readFacts(session.sessionId);
      const names = declaredCapabilities?.join(', ') ?? 'none are known';
      return { check, status: 'ok', finding: `a session was recorded; capabilities: ${names}`, advice: null };
    }
    const finding = scenario.errorMessage ?? session.stopReason ?? scenario.outcome;
    return { check, status: 'fail', finding, advice };
  } finally {
    store.close();
  }
}
