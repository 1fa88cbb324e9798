import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';
import { holdOutHalf, learningCurve, readLabelledSnippets } from 'vitest-realworld-hub';
import {
  harmlessSource,
  sourceFolder,
  taughtPatterns,
  teachPattern,
  WorkspaceEditor,
} from './support/workspace-editor.js';

/** Documents of lint rules with code labelled wrong and right, written by the authors of the rules. */
const ruleDocuments =
  process.env.REALWORLD_RULE_DOCUMENTS ??
  fileURLToPath(
    new URL(
      '../../tests/ground-truth/node_modules/@typescript-eslint/eslint-plugin/docs/rules',
      import.meta.url,
    ),
  );

realWorld.scenario(
  'warns of mistakes that are like those it was taught',
  { kind: 'learning' },
  async ({ hub, workspace, learning, record }) => {
    const editor = new WorkspaceEditor(sourceFolder(await workspace.copy({ without: ['.git'] })));
    let examples = 0;
    const correction = await learning.correct({
      capability: 'mistake_learner',
      mistakes: taughtPatterns,
      check: ({ rule, wrong }) =>
        !hub.mistake_learner.check(wrong('Asked')).some((warning) => warning.rule === rule),
      correct: (pattern) => {
        examples += teachPattern(hub.mistake_learner, pattern);
      },
      unrelated: [harmlessSource('Asked'), ...taughtPatterns.map(({ right }) => right('Asked'))],
      answer: (code) => hub.mistake_learner.check(code).map(({ rule }) => rule),
    });
    expect(correction).toMatchObject({ made: taughtPatterns.length, corrected: taughtPatterns.length });
    expect(correction.collateral.changed, 'right code that it warns of since it was taught').toBe(0);

    const changes = [];
    for (let round = 0; round < 15; round++) changes.push(await editor.makeChange());
    const cases = changes.flatMap(({ code, mistake }) =>
      code === null ? [] : [{ positive: mistake !== null, subject: { code, mistake } }],
    );
    const evaluation = await learning.evaluate('mistake_learner', cases, ({ code, mistake }) =>
      hub.mistake_learner.check(code).some(({ rule }) => mistake === null || rule === mistake),
    );
    record.metric('learning_speed', examples / taughtPatterns.length, 'examples/rule', {
      capability: 'mistake_learner',
    });
    expect(evaluation.recall, 'share of the mistakes in changed code that were warned of').toBeGreaterThan(
      0.5,
    );
    expect(evaluation.falsePositives).toBe(0);

    // What was forgotten is no longer warned of.
    const [forgotten] = taughtPatterns;
    if (forgotten === undefined) return;
    hub.mistake_learner.forget(forgotten.rule);
    const warnings = hub.mistake_learner.check(forgotten.wrong('After'));
    expect(warnings.filter(({ rule }) => rule === forgotten.rule)).toEqual([]);
  },
);

realWorld.scenario(
  'finds held-out mistakes of published lint rules',
  { kind: 'learning' },
  async ({ hub, learning, record, seed, skip }) => {
    if (!existsSync(ruleDocuments)) {
      skip('No rule documents are installed; set REALWORLD_RULE_DOCUMENTS to a folder of them.');
    }
    const { snippets } = readLabelledSnippets(ruleDocuments);
    const heldOut = holdOutHalf(snippets, seed);
    const sizes = [0.125, 0.25, 0.5, 0.75, 1].map((share) => Math.round(heldOut.training.length * share));
    const curve = learningCurve(hub.mistake_learner, heldOut, sizes);
    for (const { examples, recall, precision } of curve) {
      const input = { capability: 'mistake_learner', context: { examples, cases: heldOut.testing.length } };
      if (recall !== null) record.metric('learning_curve_recall', recall, 'share', input);
      if (precision !== null) record.metric('learning_curve_precision', precision, 'share', input);
    }
    const evaluation = learning.judge('mistake_learner', hub.mistake_learner.evaluate(heldOut.testing));
    const declared = hub.mistake_learner.rules().filter(({ cannotLearn }) => cannotLearn !== undefined);
    record.metric('rules_declared_unlearnable', declared.length, 'rules', { capability: 'mistake_learner' });
    if ((evaluation.recall ?? 0) < 0.35) {
      record.issue({
        severity: 'medium',
        capability: 'mistake_learner',
        issueType: 'poor_accuracy',
        description: `Of ${evaluation.truePositives + evaluation.falseNegatives} held-out mistakes ${evaluation.truePositives} were found (recall ${(evaluation.recall ?? 0).toFixed(2)}, precision ${(evaluation.precision ?? 0).toFixed(2)}).`,
        suggestedFix:
          'Teach more examples a rule: most rules that it declares it cannot learn have a single wrong example.',
        reproducible: true,
      });
    }
    // It warns rarely and is right when it does: better a missed mistake than a false warning.
    expect(evaluation.precision).toBeGreaterThan(0.6);
  },
);

realWorld.scenario(
  'tells vulnerable code from repaired code',
  { kind: 'learning' },
  async ({ hub, learning }) => {
    const cases = [
      {
        positive: true,
        subject:
          "const { exec } = require('node:child_process');\nmodule.exports = (q) => exec('ping ' + q.host);\n",
      },
      {
        positive: false,
        subject:
          "const { execFile } = require('node:child_process');\nmodule.exports = (q) => execFile('ping', [q.host]);\n",
      },
      { positive: true, subject: 'export const run = (request) => eval(request.body.code);\n' },
      { positive: false, subject: 'export const run = (request) => JSON.parse(request.body.code);\n' },
      {
        positive: true,
        subject:
          "import { createHash } from 'node:crypto';\nexport const digest = (password) => createHash('md5').update(password).digest('hex');\n",
      },
      {
        positive: false,
        subject:
          "import { scryptSync } from 'node:crypto';\nexport const digest = (password, salt) => scryptSync(password, salt, 64).toString('hex');\n",
      },
      {
        positive: true,
        subject:
          "import https from 'node:https';\nexport const agent = new https.Agent({ rejectUnauthorized: false });\n",
      },
      {
        positive: false,
        subject:
          "import https from 'node:https';\nexport const agent = new https.Agent({ keepAlive: true });\n",
      },
    ];
    const evaluation = await learning.evaluate(
      'security_scanner',
      cases,
      (source) => hub.security_scanner.scanCode(source, { path: 'case.js' }).findings.length > 0,
    );
    expect(evaluation.falseNegatives).toBe(0);
  },
);
