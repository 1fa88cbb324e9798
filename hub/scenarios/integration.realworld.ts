import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';
import {
  harmlessSource,
  sourceFolder,
  type TaughtPattern,
  taughtPatterns,
  teachPatterns,
  vulnerableSource,
  WorkspaceEditor,
} from './support/workspace-editor.js';

/** The memory gives at most this many at once. */
const recalledAtOnce = 1_000;
/** As many with a hole, with a mistake that was taught, and with the like without either (twice). */
const synergyCases = 24;

realWorld.scenario(
  'carries what one capability found to the others, whole',
  { kind: 'integration' },
  async ({ hub, workspace, integration }) => {
    const editor = new WorkspaceEditor(sourceFolder(await workspace.copy({ without: ['.git'] })));
    await editor.initialise();
    teachPatterns(hub.mistake_learner);
    const planted: string[] = [];
    for (let round = 0; round < 4; round++) {
      const change = await editor.makeChange();
      if (change.vulnerable) planted.push(change.path);
    }
    await editor.commit('Change the workspace');

    // Analysis -> findings -> memory -> recall: every finding arrives, once, with where it came from.
    const analysis = await hub.workspace_analyzer.analyse(editor.root);
    const failed = Object.entries(analysis.parts).filter(([, part]) => part.outcome !== 'succeeded');
    expect(failed, 'parts of the analysis that failed').toEqual([]);
    const security = analysis.parts.security_scanner;
    if (security.outcome !== 'succeeded') return;
    const found = security.value.findings.map(({ path, line, rule }) => `${path}:${line}:${rule}`);
    const sent = [...new Set(found)].slice(0, recalledAtOnce);
    for (const id of sent) {
      hub.persistent_memory.remember({
        text: `finding ${id}`,
        kind: 'finding',
        source: 'security_scanner',
        tags: ['finding'],
      });
    }
    const received = hub.persistent_memory
      .recall('finding', { kind: 'finding', limit: recalledAtOnce })
      .map(({ text, source }) => (source === 'security_scanner' ? text.slice('finding '.length) : text));
    const arrival = integration.checkArrival('findings to memory', sent, received);
    expect(arrival.whole).toBe(true);
    expect(planted.every((path) => found.some((id) => id.startsWith(`${path}:`)))).toBe(true);

    // Taught once, known to the assistant; found once, known to it as well.
    const [pattern] = taughtPatterns;
    if (pattern === undefined) return;
    const code = `${pattern.wrong('Assisted')}\nexport const run = (request) => eval(request.body);\n`;
    const assistance = await hub.code_assistant.assist(code, { path: 'assisted.js' });
    const sources = [assistance.warnings, assistance.security, assistance.similar].map(
      ({ outcome, source }) => ({
        outcome,
        source,
      }),
    );
    expect(sources).toEqual([
      { outcome: 'answered', source: 'mistake_learner' },
      { outcome: 'answered', source: 'security_scanner' },
      { outcome: 'answered', source: 'code_search' },
    ]);
    if (assistance.security.outcome !== 'answered' || assistance.warnings.outcome !== 'answered') return;
    expect(assistance.security.items.length).toBeGreaterThan(0);

    // Nothing is lost on the way through the assistant: it says what its capabilities say.
    const alone =
      hub.mistake_learner.check(code, { path: 'assisted.js' }).length +
      hub.security_scanner.scanCode(code, { path: 'assisted.js' }).findings.length;
    expect(assistance.warnings.items.length + assistance.security.items.length).toBe(alone);

    await integration.measureOverhead(
      'assistant',
      [
        () => hub.mistake_learner.check(code, { path: 'assisted.js' }),
        () => hub.security_scanner.scanCode(code, { path: 'assisted.js' }),
        () => hub.code_search.search('run request body'),
      ],
      () => hub.code_assistant.assist(code, { path: 'assisted.js' }),
    );
  },
);

realWorld.scenario(
  'knows more with all of its capabilities than with the best of them alone',
  { kind: 'integration' },
  async ({ hub, integration, scratchDirectory }) => {
    teachPatterns(hub.mistake_learner);
    // The assistant looks for similar code as well.
    await hub.code_search.index(scratchDirectory);
    const cases = Array.from({ length: synergyCases }, (_, index) => {
      const name = `Asked${index}`;
      const pattern = taughtPatterns[index % taughtPatterns.length] as TaughtPattern;
      const kinds = [
        { code: vulnerableSource(name), named: 'CWE-78' },
        { code: pattern.wrong(name), named: pattern.rule },
        { code: harmlessSource(name), named: null },
        { code: pattern.right(name), named: null },
      ] as const;
      return kinds[index % kinds.length] as (typeof kinds)[number];
    });
    const rulesOf = (warnings: readonly { readonly rule: string }[]) => warnings.map(({ rule }) => rule);
    // A low finding asks to look and does not say that something is wrong.
    const weaknessesOf = (
      findings: readonly { readonly cwe?: string | undefined; readonly severity: string }[],
    ) => findings.flatMap(({ cwe, severity }) => (severity === 'low' ? [] : [cwe ?? 'a weakness']));
    const path = 'asked.js';
    const synergy = await integration.synergy({
      capability: 'code_assistant',
      cases,
      together: async ({ code }) => {
        const { warnings, security } = await hub.code_assistant.assist(code, { path });
        return [
          ...(warnings.outcome === 'answered' ? rulesOf(warnings.items) : []),
          ...(security.outcome === 'answered' ? weaknessesOf(security.items) : []),
        ];
      },
      alone: {
        mistake_learner: ({ code }) => rulesOf(hub.mistake_learner.check(code, { path })),
        security_scanner: ({ code }) => weaknessesOf(hub.security_scanner.scanCode(code, { path }).findings),
      },
      score: (names, { named }) => Number(named === null ? names.length === 0 : names.includes(named)),
    });
    expect(synergy.verdict, JSON.stringify(synergy)).toBe('synergy');
  },
);

realWorld.scenario(
  'keeps shared state whole when capabilities write at once',
  { kind: 'integration' },
  async ({ hub, integration, record }) => {
    const rounds = 20;
    let races = 0;
    for (let round = 0; round < rounds; round++) {
      const tasks = [
        () =>
          hub.persistent_memory.remember({
            text: `round ${round} note`,
            kind: 'note',
            tags: [`round${round}`],
          }),
        () =>
          hub.persistent_memory.recordDecision({
            title: `round ${round}`,
            choice: 'go on',
            reasons: ['test'],
          }),
        () =>
          hub.mistake_learner.learn({
            rule: `rule-${round}`,
            bad: `call${round}(null);`,
            good: `call${round}();`,
          }),
        () => hub.error_recovery.run(`round ${round}`, [{ name: 'only', run: () => round }]),
        () => hub.mistake_learner.check(`call${round}(null);`),
      ];
      const { results } = await integration.interleave<unknown>(tasks);
      races += results.filter(({ status }) => status === 'rejected').length;
    }
    const stats = hub.persistent_memory.stats();
    const notes = stats.byKind.note ?? 0;
    const taught = hub.mistake_learner.rules().length;
    const expected = { notes: rounds, decisions: rounds, taught: rounds, incomplete: 0 };
    const seen = {
      notes,
      decisions: stats.decisions,
      taught,
      incomplete: hub.error_recovery.incomplete().length,
    };
    record.metric('race_conditions', races, 'count');
    record.metric('cross_capability_coordination', Number(races === 0), 'share');
    expect(races, 'writes that failed beside others').toBe(0);
    expect(seen).toEqual(expected);
  },
);

realWorld.scenario(
  'reads the history of the repository that it works on',
  { kind: 'integration' },
  async ({ hub, workspace, record }) => {
    const editor = new WorkspaceEditor(await workspace.copy({ without: ['.git'] }));
    await editor.initialise();
    for (let round = 0; round < 10; round++) {
      await editor.makeChange();
      await editor.commit(`Round ${round}`);
    }
    const history = await hub.git_intelligence.history(editor.root, { limit: 100 });
    expect(history).toHaveLength(11);
    const coupling = await hub.git_intelligence.coupling(editor.root, { minSupport: 1 });
    const [owner] = await hub.git_intelligence.ownership(editor.root);
    expect(owner?.share).toBe(1);
    record.metric('commits_read', history.length, 'commits', {
      capability: 'git_intelligence',
      context: { pairs: coupling.length },
    });
  },
);
