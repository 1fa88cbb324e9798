import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';
import { type Change, teachPatterns, WorkspaceEditor } from './support/workspace-editor.js';

/** Longest wait for the watcher to report a change; a change that takes longer counts as missed. */
const watcherPatienceMs = 5_000;

realWorld.scenario(
  'keeps up with a workspace that changes',
  { kind: 'monitoring' },
  async ({ hub, workspace, monitoring, learning, record, durationMs }) => {
    const editor = new WorkspaceEditor(await workspace.copy());
    await editor.initialise();
    const whole = await hub.code_search.index(editor.root);
    teachPatterns(hub.mistake_learner);

    const reported: string[] = [];
    const stopWatching = await hub.code_search.watch((paths) => {
      reported.push(...paths);
    });
    const found = { indexed: 0, vulnerabilities: 0, planted: 0, missed: 0, recoveries: 0, indexMs: 0 };
    const detections = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };

    const handle = async (change: Change): Promise<void> => {
      const paths = await waitForReport(reported, change.path);
      if (!paths.includes(change.path)) found.missed++;
      const update = await hub.code_search.update([change.path]);
      found.indexed += update.updated + update.removed;
      found.indexMs += update.durationMs;
      if (change.code === null) return;
      const scan = await hub.security_scanner.scanFiles(editor.root, [change.path]);
      found.vulnerabilities += scan.findings.length;
      if (change.vulnerable) {
        found.planted++;
        expect(
          scan.findings.map(({ cwe }) => cwe),
          change.path,
        ).toContain('CWE-78');
      }
      const warned = hub.mistake_learner
        .check(change.code, { path: change.path })
        .some(({ rule }) => change.mistake === null || rule === change.mistake);
      if (change.mistake === null) detections[warned ? 'falsePositives' : 'trueNegatives']++;
      else detections[warned ? 'truePositives' : 'falseNegatives']++;
      hub.persistent_memory.remember({
        text: `${change.action} ${change.path}`,
        kind: 'change',
        tags: [change.action],
      });
    };

    const watched = await monitoring.run({
      intervalMs: Math.min(2_000, Math.max(250, durationMs / 60)),
      onTick: async ({ index }) => {
        await handle(await editor.makeChange());
        const resources = await hub.resource_monitor.sample();
        record.metric('memory_usage', resources.processRssBytes / 1024 / 1024, 'MB');
        if (index % 5 === 4) {
          await editor.commit(`Change the workspace, round ${index}`);
          const hotspots = await hub.git_intelligence.hotspots(editor.root, { limit: 5 });
          expect(hotspots.length).toBeGreaterThan(0);
          // A question about code that is gone is asked, and the hub goes on from the answer.
          const gone = hub.code_search
            .search(`list change ${index}`, 3)
            .filter(({ path }) => !path.includes('/'));
          found.recoveries += gone.length === 0 ? 0 : 1;
        }
      },
    });
    await stopWatching();

    const incremental = hub.code_search.stats();
    const anew = await hub.code_search.index(editor.root);
    expect({ files: incremental.files, chunks: incremental.chunks }).toEqual({
      files: anew.files,
      chunks: anew.chunks,
    });
    expect(found.missed, 'changes that the watcher did not report').toBe(0);

    const evaluation = learning.judge('mistake_learner', detections);
    const minutes = watched.durationMs / 60_000;
    record.metric('files_indexed_per_minute', found.indexed / minutes, 'files/min', {
      capability: 'code_search',
    });
    record.metric('index_speed', whole.durationMs / whole.files, 'ms/file', { capability: 'code_search' });
    record.metric('security_issues_found', found.vulnerabilities, 'count', {
      capability: 'security_scanner',
    });
    record.metric('changes_handled', watched.ticks, 'count');
    record.metric('pattern_learning_accuracy', evaluation.accuracy ?? 0, 'share', {
      capability: 'mistake_learner',
    });
    expect(hub.persistent_memory.stats().byKind.change).toBeGreaterThan(0);
  },
);

/** Takes what the watcher reported so far; waits until the path is among it or patience ends. */
async function waitForReport(reported: string[], path: string): Promise<readonly string[]> {
  const deadline = performance.now() + watcherPatienceMs;
  while (!reported.includes(path) && performance.now() < deadline) {
    await new Promise((settle) => setTimeout(settle, 10));
  }
  return reported.splice(0);
}
