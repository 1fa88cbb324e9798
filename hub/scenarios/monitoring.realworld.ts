import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';
import { WorkspaceFollower } from './support/follow-workspace.js';
import { teachPatterns, WorkspaceEditor } from './support/workspace-editor.js';
import { workloads } from './workloads/index.js';
import { prepareWorkloads } from './workloads/prepare-workloads.js';

/** The shortest and longest time between two changes of the workspace, in milliseconds. */
const editEveryMs = { least: 500, most: 2_000 } as const;
const commitEvery = 5;
/**
 * How capabilities are watched for leaks, and from which length of a session on, in milliseconds. A linter and a documentation
 * generator are warm only after hundreds of rounds; before that, what grows is compiled code and caches. A round is several calls.
 */
const leakWatches = {
  light: { durationMinMs: 2 * 60_000, warmingRounds: 20, bytesPerRoundMin: 4_096 },
  heavy: { durationMinMs: 30 * 60_000, warmingRounds: 250, bytesPerRoundMin: 16_384 },
} as const;
/** Before that the process as a whole is not warm when a third of the time is over. */
const leakOfAllDurationMinMs = 5 * 60_000;
const leakSamples = 24;
const roundsPerLeakSample = 4;

/** It indexes a folder of its own, and the index of the workspace that is watched would be gone. */
const alone = new Set(['workspace_analyzer']);

realWorld.scenario(
  'keeps up with a workspace that changes, every capability at its own pace',
  { kind: 'monitoring' },
  async ({ hub, workspace, monitoring, learning, record, seed, signal, scratchDirectory, durationMs }) => {
    const editor = new WorkspaceEditor(await workspace.copy({ without: ['.git'] }));
    await editor.initialise();
    const whole = await hub.code_search.index(editor.root);
    teachPatterns(hub.mistake_learner);
    const follower = new WorkspaceFollower(hub, editor.root);
    await follower.begin();
    const context = { hub, root: editor.root, scratchDirectory, seed, signal };
    const side = await prepareWorkloads(
      workloads.filter(({ capability }) => !alone.has(capability)),
      context,
    );
    // What a capability loads and builds up when it is first used is not what it keeps from call to call.
    for (const { ready } of side.ready) await ready.round(0);
    // One heavy round at a time: what runs beside it is to show how it bears that, not how it bears ten.
    let turn: Promise<void> = Promise.resolve();
    const inTurn = (work: () => Promise<void> | void): Promise<void> => {
      const done = turn.then(work);
      turn = done.catch(() => {});
      return done;
    };
    const { least, most } = editEveryMs;
    const watched = await monitoring.watch({
      onError: 'record',
      every: [
        {
          name: 'change the workspace',
          intervalMs: Math.min(most, Math.max(least, durationMs / 60)),
          run: async ({ index }) => {
            const change = await editor.makeChange((path) => follower.timesHandled(path));
            await follower.check(change, change.handledBefore);
            if (index % commitEvery === commitEvery - 1) {
              await editor.commit(`Change the workspace, round ${index}`);
              const hotspots = await hub.git_intelligence.hotspots(editor.root, { limit: 5 });
              expect(hotspots.length).toBeGreaterThan(0);
            }
            return { files: 1 };
          },
        },
        {
          name: 'sample the machine',
          intervalMs: 2_000,
          run: async () => {
            const { processRssBytes } = await hub.resource_monitor.sample();
            record.metric('memory_usage', processRssBytes / 1024 / 1024, 'MB');
          },
        },
        ...side.ready.map(({ capability, paceMs, weight, ready }) => ({
          name: capability,
          intervalMs: paceMs,
          run: ({ index }: { readonly index: number }) =>
            weight === 'heavy' ? inTurn(() => ready.round(index + 1)) : ready.round(index + 1),
        })),
      ],
      ...(durationMs >= leakOfAllDurationMinMs ? { leak: { samples: 30 } } : {}),
    });
    // The watch ends first: it cannot let go of a folder that a workload has just removed.
    await follower.end();
    await side.release();

    const incremental = hub.code_search.stats();
    const anew = await hub.code_search.index(editor.root);
    expect(
      { files: incremental.files, chunks: incremental.chunks },
      'the index, against one made anew',
    ).toEqual({
      files: anew.files,
      chunks: anew.chunks,
    });
    const { filesIndexed, findings, holes, holesFound, missed, warnings } = follower.result;
    const evaluation = learning.judge('mistake_learner', warnings);
    record.metric('files_indexed_per_minute', filesIndexed / (watched.durationMs / 60_000), 'files/min', {
      capability: 'code_search',
    });
    if (whole.files > 0) {
      record.metric('index_speed', whole.durationMs / whole.files, 'ms/file', { capability: 'code_search' });
    }
    record.metric('security_issues_found', findings, 'count', { capability: 'security_scanner' });
    if (evaluation.accuracy !== null) {
      record.metric('pattern_learning_accuracy', evaluation.accuracy, 'share', {
        capability: 'mistake_learner',
      });
    }
    record.metric('capabilities_exercised', side.ready.length, 'count', {
      context: { unavailable: side.unavailable.map(({ capability }) => capability) },
    });
    for (const { capability, reason } of side.unavailable) {
      record.issue({ capability, severity: 'info', issueType: 'unavailable', description: reason });
    }
    expect(missed, 'changes that were not worked off').toEqual([]);
    expect(holesFound, 'holes that the scanner found of those that were made').toBe(holes);
    // A tick that failed is an issue of the report; what never worked is a failure.
    const broken = watched.schedules.filter(({ ticks, errors }) => ticks > 0 && errors === ticks);
    expect(
      broken.map(({ name }) => name),
      'capabilities that failed each time',
    ).toEqual([]);
  },
);

realWorld.scenario(
  'holds no more memory the longer its capabilities work',
  { kind: 'monitoring' },
  async ({ hub, workspace, monitoring, record, seed, signal, scratchDirectory, durationMs, skip }) => {
    if (durationMs < leakWatches.light.durationMinMs)
      skip(
        `It needs two minutes: REALWORLD_TESTING_DURATION=2 or more; this session has ${durationMs / 60_000}.`,
      );
    const root = await workspace.copy({ without: ['.git'] });
    const watched = workloads.filter(
      ({ capability, weight }) => durationMs >= leakWatches[weight].durationMinMs && !alone.has(capability),
    );
    const { ready, release } = await prepareWorkloads(watched, { hub, root, scratchDirectory, seed, signal });
    let round = 0;
    const verdicts = new Map<string, string>();
    for (const { capability, weight, ready: work } of ready) {
      const { warmingRounds, bytesPerRoundMin } = leakWatches[weight];
      for (let warming = 0; warming < warmingRounds; warming++) await work.round(round++);
      const { verdict } = await monitoring.watchForLeaks({
        name: capability,
        capability,
        samples: leakSamples,
        callsPerSample: roundsPerLeakSample,
        bytesPerCallMin: bytesPerRoundMin,
        call: () => work.round(round++),
      });
      verdicts.set(capability, verdict);
    }
    await release();
    record.metric('capabilities_watched_for_leaks', ready.length, 'count', {
      context: { leaking: [...verdicts].filter(([, verdict]) => verdict === 'leak').map(([name]) => name) },
    });
    // A leak is an issue of the report, with its size; what has to hold here is that every capability has a verdict.
    expect([...verdicts].filter(([, verdict]) => verdict === 'inconclusive')).toEqual([]);
  },
);
