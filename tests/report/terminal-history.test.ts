import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import { analyzeSession } from '../../src/analysis/analyze-session.js';
import { renderHistory } from '../../src/report/terminal-history.js';
import { levelsAround, SessionsOfRuns } from '../support/sessions-of-runs.js';

const plain = picocolors.createColors(false);

function report(sessions: SessionsOfRuns, sessionId: string) {
  const found = analyzeSession(sessions.store.readFacts(sessionId));
  const text = renderHistory(found.history, plain).join(' ').replaceAll(/\s+/g, ' ');
  return { ...found, text };
}

function setDefault(sessions: SessionsOfRuns, sessionIds: readonly string[]): void {
  sessions.store.baselines.set({ name: 'default', sessionIds, note: null, createdAtMs: 0 });
}

describe('the history of a report', () => {
  test('says which baseline it is against, and compares the runs since with it', () => {
    const sessions = new SessionsOfRuns();
    setDefault(sessions, sessions.addAll(levelsAround(10, 10), { commit: 'abc123' }));
    // The moving history would take these for what is usual.
    sessions.addAll(levelsAround(14, 20), { commit: 'def456' });
    const { text, issues } = report(sessions, sessions.add({ levelMs: 14 }));
    expect(text).toMatch(
      /^Against baseline "default" of 10 runs, commit abc123\. \d+ metrics compared: 2 worse/,
    );
    expect(text).toContain('(10 of baseline "default" against 3 runs, p = 0.0035)');
    expect(issues.filter(({ issueType }) => issueType === 'regression')[0]).toMatchObject({
      suggestedFix: 'Look at what changed in shop since baseline "default".',
    });
  });

  test('says how many runs are missing since the baseline was set', () => {
    const sessions = new SessionsOfRuns();
    setDefault(sessions, sessions.addAll(levelsAround(10, 10)));
    expect(report(sessions, sessions.add({ levelMs: 30 })).text).toBe(
      'Against baseline "default" of 10 runs. Not yet: 2 more runs and it begins.',
    );
  });

  test('says that a baseline has too few runs, and goes on with the runs before', () => {
    const sessions = new SessionsOfRuns();
    sessions.addAll(levelsAround(10, 10));
    setDefault(sessions, ['run-09', 'run-10']);
    sessions.addAll(levelsAround(20, 2));
    expect(report(sessions, sessions.add({ levelMs: 20 })).text).toMatch(
      /^The baseline "default" of 2 runs has too few runs to be used, so the runs before are\. \d+ metrics compared: 2 worse/,
    );
  });

  test('names the commit with which a level began', () => {
    const sessions = new SessionsOfRuns();
    sessions.addAll(levelsAround(10, 12), { commit: 'abc123' });
    const ids = sessions.addAll(levelsAround(15, 12), { commit: 'def456' });
    expect(report(sessions, ids[11] ?? '').text).toMatch(
      /Changes of level, the newest first: worse: shop\.sell: median time 9\.9ms -> 15ms, 1\.5\d times, begun 11 runs ago with commit def456/,
    );
  });

  test('has an issue for what crept, which no comparison with the runs before shows', () => {
    const sessions = new SessionsOfRuns();
    // Slowly up to run 30 and level since: the twenty runs before the newest are all as slow as those.
    const creep = levelsAround(10, 60).map((level, run) => level * 1.03 ** Math.min(10, Math.floor(run / 3)));
    const ids = sessions.addAll(creep, { commit: 'abc123' });
    const { issues, text, history } = report(sessions, ids[59] ?? '');
    expect(history.changes).toEqual([]);
    expect(text).toContain('Worse than over its best runs: lost: shop.sell:');
    const crept = issues.filter(({ issueId }) => issueId.includes('ratchet:'));
    expect(crept.map(({ issueId }) => issueId)).toEqual([
      'run-60:regression:shop:ratchet:sell:median:a.realworld.ts > sells',
      'run-60:regression:shop:ratchet:sell:p95:a.realworld.ts > sells',
    ]);
    expect(crept[0]).toMatchObject({
      issueType: 'regression',
      description: expect.stringMatching(/^Crept away from its best: shop\.sell: .+ times as at its best/),
    });
  });
});
