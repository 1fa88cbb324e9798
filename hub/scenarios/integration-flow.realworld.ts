import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';
import { offlineProvider } from 'vitest-realworld-hub';
import { vulnerableSource, WorkspaceEditor } from './support/workspace-editor.js';

const holes = 6;
const capabilitiesMin = 8;
const contextTokens = 2_000;

realWorld.scenario(
  'carries a hole from its commit to a decision through eleven capabilities',
  { kind: 'integration' },
  async ({ hub, integration, scratchDirectory }) => {
    const root = join(scratchDirectory, 'workspace');
    mkdirSync(root);
    writeFileSync(join(root, 'calm.js'), 'export const calm = (value) => value;\n');
    const editor = new WorkspaceEditor(root);
    await editor.initialise();
    for (let hole = 0; hole < holes; hole++) {
      writeFileSync(join(root, `hole-${hole}.js`), vulnerableSource(`Hole${hole}`));
      await editor.commit(`Add hole ${hole}`);
    }
    await hub.code_search.index(root);

    // Every item is called by the file it is about, so that what is lost or made twice on the way is named.
    const flow = integration.flow('hole to decision');
    const commits = await flow.step('git_intelligence', async () => {
      const history = await hub.git_intelligence.history(root, { limit: 100 });
      return history.flatMap(({ commit, changes }) =>
        changes.filter(({ path }) => path.startsWith('hole-')).map(({ path }) => ({ id: path, commit })),
      );
    });
    const findings = await flow.each(
      'security_scanner',
      async ({ id }) => {
        const { findings: found } = await hub.security_scanner.scanFiles(root, [id]);
        const [worst] = found.filter(({ cwe }) => cwe === 'CWE-78');
        return worst === undefined ? [] : [{ id, rule: worst.rule, line: worst.line }];
      },
      { inputs: commits },
    );
    const located = await flow.each(
      'code_search',
      (finding) => {
        const places = hub.code_search.search(`list ${finding.id.replace(/\.js$/, '')}`, 20);
        const place = places.find(({ path }) => path === finding.id);
        return place === undefined ? [] : [{ ...finding, name: place.name }];
      },
      { inputs: findings },
    );
    const kept = await flow.each(
      'code_library',
      async (place) => {
        const code = await editor.read(place.id);
        await hub.code_library.save({ name: place.name, code, language: 'javascript', source: place.id });
        return [place];
      },
      { inputs: located },
    );
    const remembered = await flow.each(
      'persistent_memory',
      (place) => {
        const text = `${place.rule} in ${place.name}, ${place.id}:${place.line}`;
        hub.persistent_memory.remember({
          text,
          kind: 'finding',
          tags: [place.id],
          source: 'security_scanner',
        });
        return hub.persistent_memory
          .recall(place.rule, { kind: 'finding', tags: [place.id] })
          .map(({ text: recalled, source }) => ({ id: place.id, text: recalled, source }));
      },
      { inputs: kept },
    );
    const judged = await flow.each(
      'multi_ai',
      async ({ id, text }) => {
        const judge = (name: string) =>
          offlineProvider(name, { answer: (prompt) => (prompt.includes('hole') ? 'high' : 'low') });
        const { answers } = await hub.multi_ai.ask(`How bad is this? ${text}`, [
          judge('one'),
          judge('other'),
          judge('third'),
        ]);
        return [{ id, text, severity: hub.multi_ai.consensus(answers).winner }];
      },
      { inputs: remembered },
    );
    hub.background_tasks.handle('mend', (payload) => payload);
    const planned = await flow.each(
      'background_tasks',
      async (item) => {
        const task = hub.background_tasks.enqueue(
          'mend',
          { id: item.id },
          { source: { origin: 'multi_ai' }, priority: 5 },
        );
        await hub.background_tasks.drain();
        const { state, source } = hub.background_tasks.task(task.id);
        return state === 'done' ? [{ ...item, origin: source.origin }] : [];
      },
      { inputs: judged },
    );
    const told = await flow.each(
      'smart_notifier',
      async (item) => {
        const { outcome, source } = await hub.smart_notifier.notify({
          key: item.id,
          title: `${item.severity}: ${item.text}`,
          urgency: 'urgent',
          source: item.origin,
        });
        return outcome === 'sent' ? [{ ...item, told: source }] : [];
      },
      { inputs: planned },
    );
    const fitted = await flow.step(
      'context_manager',
      async (items) => {
        for (const { id, text } of items) hub.context_manager.add(`${id}: ${text}`, 0.9, { source: id });
        const { text, tokens, dropped } = await hub.context_manager.fit(contextTokens);
        expect(tokens).toBeLessThanOrEqual(contextTokens);
        expect(dropped.filter(({ reason }) => reason === 'no-room')).toEqual([]);
        return items.filter(({ id }) => text.includes(`${id}: `)).map((item) => ({ id: item.id }));
      },
      { inputs: told },
    );
    const decided = await flow.each(
      'error_recovery',
      async ({ id }) => {
        const run = await hub.error_recovery.run(`mend ${id}`, [{ name: 'decide', run: () => ({ id }) }]);
        return run.outcome === 'completed' ? [{ id }] : [];
      },
      { inputs: fitted },
    );
    const documented = await flow.each(
      'mistake_learner',
      ({ id }) => {
        hub.mistake_learner.learn({
          rule: 'no-shell-input',
          bad: vulnerableSource(`Taught${id.replaceAll(/\W/g, '')}`),
          good: `export const mended = (folder, done) => readdir(folder, done);\n`,
          source: id,
        });
        return [{ id }];
      },
      { inputs: decided },
    );
    const lineage = flow.checkLineage(documented);
    expect(lineage.verdict, JSON.stringify(lineage)).toBe('whole');
    expect(lineage.distinctCapabilities).toBeGreaterThanOrEqual(capabilitiesMin);
    // What was learnt at the end says which file it came from.
    const warned = hub.mistake_learner.check(vulnerableSource('Asked'));
    expect(warned.flatMap(({ learntFrom }) => learntFrom).some((source) => source.startsWith('hole-'))).toBe(
      true,
    );
  },
);

realWorld.scenario(
  'makes one correction known to all that learn from it',
  { kind: 'integration' },
  async ({ hub, integration }) => {
    const source = 'review of 12 March';
    const before = 'export function total(list) {\n  var sum = 0;\n  console.log(sum);\n  return sum;\n}\n';
    const after = 'export function total(list) {\n  const sum = 0;\n  logger.info(sum);\n  return sum;\n}\n';
    const flow = integration.flow('correction');
    const correction = await flow.step('code_review_learner', async () => {
      await hub.code_review_learner.ingest({ before, after, comments: ['Use the logger'], source });
      return [{ id: source }];
    });
    const taught = await flow.each(
      'mistake_learner',
      ({ id }) => {
        hub.mistake_learner.learn({ rule: 'use-the-logger', bad: before, good: after, source: id });
        return [{ id }];
      },
      { inputs: correction },
    );
    const remembered = await flow.each(
      'persistent_memory',
      ({ id }) => {
        hub.persistent_memory.recordDecision({ title: 'Logging', choice: 'logger.info', reasons: [id] });
        return hub.persistent_memory
          .decisions('logging')
          .flatMap(({ reasons }) => reasons.map((reason) => ({ id: reason })));
      },
      { inputs: taught },
    );
    expect(flow.checkLineage(remembered).verdict).toBe('whole');

    const departures = await hub.code_review_learner.check(
      'export const show = (value) => console.log(value);\n',
    );
    expect(
      departures.some(({ learntFrom }) => learntFrom.includes(source)),
      'the review is named by the style',
    ).toBe(true);
    const rule = hub.mistake_learner.rules().find((known) => known.rule === 'use-the-logger');
    expect(rule?.wrongExamples).toBe(1);
  },
);

realWorld.scenario(
  'keeps tasks whole under every schedule of those who plan them',
  { kind: 'integration' },
  async ({ hub, integration }) => {
    const tasks = hub.background_tasks;
    let round = 0;
    const done: string[] = [];
    tasks.handle('explored', (payload) => {
      done.push(String(payload));
      return null;
    });
    const result = await integration.explore({
      capability: 'background_tasks',
      runs: 30,
      setUp: () => ({ key: `round ${round++}`, before: done.length }),
      tasks: {
        plan: ({ key }) => tasks.enqueue('explored', `${key} plan`, { coalesceKey: key }),
        'plan again': ({ key }) => tasks.enqueue('explored', `${key} again`, { coalesceKey: key }),
        work: () => tasks.drain(),
      },
      invariant: async ({ before }) => {
        await tasks.drain();
        const ran = done.length - before;
        // Planned twice: once where both were planned before the work began, twice where one came after it.
        return ran === 1 || ran === 2;
      },
    });
    expect(result.verdict, JSON.stringify(result)).not.toBe('race');
  },
);
