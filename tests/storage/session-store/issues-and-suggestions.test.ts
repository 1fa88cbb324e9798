import { describe, expect, test } from 'vitest';
import { startedAtMs } from '../../support/sample-activity.js';
import { issue, session } from './sample-entries.js';
import { ask, openStore, sessionId } from './store-with-session.js';

describe('issues and suggestions', () => {
  test('of a later analysis take the place of those of an earlier one; reported ones stay', () => {
    const store = openStore();
    store.ingestFor(sessionId).ingest(session);
    store.replaceRuleIssues(sessionId, [issue({ issueId: 'r1' }), issue({ issueId: 'r2' })]);
    store.replaceRuleIssues(sessionId, [issue({ issueId: 'r2', description: 'again' })]);
    expect(ask(store, 'SELECT issue_id, source, description FROM issues ORDER BY 1')).toEqual([
      { issue_id: 'i-1', source: 'scenario', description: 'a problem' },
      { issue_id: 'r2', source: 'rule', description: 'again' },
    ]);
    expect(store.readFacts(sessionId).reportedIssues).toEqual([
      issue({ issueId: 'i-1', taskId: 'task-1', reproducible: true }),
    ]);
  });

  test('are replaced together', () => {
    const store = openStore();
    const suggestion = {
      category: 'reliability',
      priority: 'high',
      suggestion: 'Fix it',
      rationale: 'Because',
      estimatedImpact: 'Much',
      expectedGain: 0,
      issueId: 'i-1',
    } as const;
    store.replaceSuggestions(sessionId, [suggestion, suggestion], startedAtMs);
    store.replaceSuggestions(sessionId, [suggestion], startedAtMs);
    expect(ask(store, 'SELECT * FROM improvement_suggestions')).toMatchObject([
      {
        session_id: sessionId,
        category: 'reliability',
        priority: 'high',
        suggestion: 'Fix it',
        rationale: 'Because',
        estimated_impact: 'Much',
        issue_id: 'i-1',
      },
    ]);
  });
});
