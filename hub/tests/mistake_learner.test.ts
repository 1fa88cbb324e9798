import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Example,
  holdOutHalf,
  type LabelledSnippet,
  learningCurve,
  MistakeLearner,
  oneSettingPerRule,
  readLabelledSnippets,
} from '../capabilities/mistake_learner/index.js';

const docsDirectory = fileURLToPath(
  new URL(
    '../../tests/ground-truth/node_modules/@typescript-eslint/eslint-plugin/docs/rules',
    import.meta.url,
  ),
);
const childScript = fileURLToPath(new URL('fixtures/mistake-learner-child.mjs', import.meta.url));

let stateDirectory: string;
let learner: MistakeLearner;

beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'mistake-learner-'));
  learner = new MistakeLearner({ stateDirectory });
});

afterEach(() => {
  learner.dispose();
  rmSync(stateDirectory, { recursive: true, force: true });
});

const evalExamples: readonly Example[] = [
  {
    rule: 'no-eval',
    bad: 'const total = eval(input);',
    good: 'const total = Number(input);',
    source: 'review 1',
  },
  { rule: 'no-eval', bad: 'eval(text);', good: 'run(text);', source: 'review 2' },
  {
    rule: 'no-eval',
    bad: 'export const answer = () => eval(body);',
    good: 'export const answer = () => read(body);',
  },
];

function teach(examples: readonly Example[]): void {
  for (const example of examples) learner.learn(example);
}

/** Pieces of code that one rule's document calls both wrong and right. */
function codeWithBothLabels(snippets: readonly LabelledSnippet[]): number {
  const keys = (wanted: string) =>
    snippets.filter(({ label }) => label === wanted).map(({ rule, code }) => `${rule}\n${code}`);
  const right = new Set(keys('right'));
  return new Set(keys('wrong').filter((key) => right.has(key))).size;
}

describe('what was taught', () => {
  it('is warned of elsewhere with its place, its evidence and its source', () => {
    teach(evalExamples);
    const code = 'function load(file: string) {\n  const data = read(file);\n  return eval(data);\n}\n';
    expect(learner.check(code)).toMatchObject([
      {
        rule: 'no-eval',
        startLine: 3,
        startColumn: 10,
        endLine: 3,
        matchedText: expect.stringContaining('eval'),
      },
    ]);
    const [warning] = learner.check(code);
    expect(warning?.score).toBeGreaterThan(0.65);
    expect(warning?.learntFrom).toContain('review 1');
    expect(learner.check('const total = Number(input);')).toEqual([]);
  });

  it('holds for other names than the examples used', () => {
    teach([
      { rule: 'no-var', bad: 'var one = 1;', good: 'const one = 1;' },
      { rule: 'no-var', bad: 'var list = [];', good: 'let list = [];' },
    ]);
    expect(learner.check('var somethingElse = call();')).toMatchObject([{ rule: 'no-var', startLine: 1 }]);
  });

  it('is known to another learner on the same state and gone for both when forgotten', () => {
    const other = new MistakeLearner({ stateDirectory });
    try {
      expect(other.check('eval(code);')).toEqual([]);
      teach(evalExamples);
      expect(other.check('eval(code);')).toMatchObject([{ rule: 'no-eval' }]);
      expect(other.forget('no-eval')).toBe(true);
      expect(learner.check('eval(code);')).toEqual([]);
      expect(learner.forget('no-eval')).toBe(false);
    } finally {
      other.dispose();
    }
  });

  it('is known after the process that learnt it was killed with SIGKILL', async () => {
    const child = spawn(process.execPath, [childScript, stateDirectory, JSON.stringify(evalExamples)], {
      stdio: 'inherit',
    });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    expect(learner.check('eval(code);')).toMatchObject([{ rule: 'no-eval' }]);
    expect(learner.rules()).toMatchObject([{ rule: 'no-eval', wrongExamples: 3, rightExamples: 3 }]);
  });

  it('is not warned of when a right example of any rule has it too', () => {
    teach(evalExamples);
    expect(learner.check('eval(code);')).toHaveLength(1);
    const calls = ['eval(a1b);', 'x1y = eval(a1b);', 'export const b2c = () => eval(a1b);'];
    teach(calls.map((good) => ({ rule: 'allow-eval', good })));
    teach(calls.map((good) => ({ rule: 'no-eval', good })));
    expect(learner.check('eval(code);')).toEqual([]);
  });
});

describe('what stands in relation', () => {
  it('is missed when it is missing, in any kind of function', () => {
    teach([
      {
        rule: 'return-type',
        bad: 'function total() { return 1; }',
        good: 'function total(): number { return 1; }',
      },
      {
        rule: 'return-type',
        bad: 'const total = () => { return 1; };',
        good: 'const total = (): number => { return 1; };',
      },
      {
        rule: 'return-type',
        bad: 'const list = function () { return []; };',
        good: 'const list = function (): string[] { return []; };',
      },
    ]);
    expect(learner.check('class Sum { add() { return 2; } }')).toMatchObject([{ rule: 'return-type' }]);
    expect(learner.check('class Sum { add(): number { return 2; } }')).toEqual([]);
  });

  it('is seen when it repeats', () => {
    teach([
      { rule: 'no-twins', bad: 'type All = Cat | Cat;', good: 'type All = Cat | Dog;' },
      { rule: 'no-twins', bad: 'type Any = Red & Red;', good: 'type Any = Red & Blue;' },
    ]);
    expect(learner.check('type Kind = One | Two | One;')).toMatchObject([{ rule: 'no-twins' }]);
    expect(learner.check('type Kind = One | Two | Three;')).toEqual([]);
  });
});

describe('what cannot be learnt', () => {
  it('is said with its reason when wrong and right differ in types alone', () => {
    const code = 'await value;';
    expect(learner.learn({ rule: 'await-thenable', bad: code, good: code })).toEqual({
      outcome: 'cannotLearn',
      rule: 'await-thenable',
      cannotLearn:
        'Its wrong and right examples have the same syntax. The rule may depend on types, names or other files, which syntax does not show.',
    });
    expect(learner.rules()).toMatchObject([{ patterns: 0, cannotLearn: expect.stringContaining('types') }]);
  });

  it('is said when there is no wrong example', () => {
    expect(learner.learn({ rule: 'calm', good: 'a();' })).toMatchObject({ outcome: 'cannotLearn' });
  });

  it('is refused without code or rule', () => {
    const badInput = expect.objectContaining({ code: 'BAD_INPUT' });
    expect(() => learner.learn({ rule: 'x' })).toThrow(badInput);
    expect(() => learner.learn({ rule: 'x', bad: ' ' })).toThrow(badInput);
    expect(() => learner.learn({ rule: '', bad: 'a' })).toThrow(badInput);
    expect(() => new MistakeLearner({ stateDirectory, leastScore: 2 })).toThrow(badInput);
  });
});

it('checks empty, broken and other-dialect code without failing', () => {
  teach(evalExamples);
  for (const code of ['', '}}}{{', 'const a = <div>{eval(b)}</div>;', '\u0000', 'let x = `${']) {
    expect(Array.isArray(learner.check(code))).toBe(true);
  }
  expect(learner.check('const a = <div>{eval(b)}</div>;', { path: 'view.tsx' })).toHaveLength(1);
  expect(learner.check('const a = <number>eval(b);', { path: 'cast.ts' })).toHaveLength(1);
});

it('counts found, missed and groundless warnings, those of other rules apart', () => {
  teach(evalExamples);
  const evaluation = learner.evaluate([
    { code: 'eval(a);', rule: 'no-eval', label: 'wrong' },
    { code: 'new Worker(a);', rule: 'no-worker', label: 'wrong' },
    { code: 'eval(b);', rule: 'no-worker', label: 'right' },
    { code: 'run(b);', rule: 'no-eval', label: 'right' },
  ]);
  expect(evaluation).toMatchObject({
    truePositives: 1,
    falseNegatives: 1,
    falsePositives: 1,
    trueNegatives: 1,
    precision: 0.5,
    recall: 0.5,
    f1: 0.5,
    crossRuleFalsePositives: 1,
    abstainedCases: 1,
    recallOfLearnt: 1,
    casesSeen: 4,
  });
  expect(evaluation.perRule['no-worker']).toMatchObject({ falsePositives: 1, falseNegatives: 1 });
});

describe('the rule documents of @typescript-eslint/eslint-plugin 6', () => {
  let snippets: readonly LabelledSnippet[];

  beforeAll(() => {
    const read = readLabelledSnippets(docsDirectory);
    expect(read.documents).toBe(145);
    expect(read.rulesWithBoth).toHaveLength(103);
    expect(read.leftOut).toHaveLength(42);
    expect({ wrong: read.wrong, right: read.right }).toEqual({ wrong: 463, right: 458 });
    const both = new Set(read.rulesWithBoth);
    snippets = read.snippets.filter(({ rule }) => both.has(rule));
  });

  it.each([1, 2, 3])('teach warnings that hold on the half held out with seed %i', (seed) => {
    const heldOut = holdOutHalf(snippets, seed);
    teach(heldOut.training);
    const evaluation = learner.evaluate(heldOut.testing);
    // Floors below what was measured, to notice a loss; pooled over ten seeds it was .81 at .35.
    expect(evaluation.precision).toBeGreaterThan(0.7);
    expect(evaluation.recall).toBeGreaterThan(0.26);
    expect(evaluation.recallOfLearnt).toBeGreaterThan(evaluation.recall ?? 1);
    expect(evaluation.crossRuleFalsePositives).toBeLessThan(9);
    expect(evaluation.casesSeen).toBe(heldOut.testing.length);
    expect(heldOut.trainingSnippets + heldOut.testing.length).toBe(snippets.length);
  });

  it('contradict themselves less with one setting a rule, and leave fewer examples', () => {
    const ofOneSetting = oneSettingPerRule(snippets);
    const labels = ofOneSetting.map(({ label }) => label);
    expect(labels.filter((label) => label === 'wrong')).toHaveLength(271);
    expect(labels.filter((label) => label === 'right')).toHaveLength(290);
    expect(codeWithBothLabels(ofOneSetting)).toBeLessThan(codeWithBothLabels(snippets));
    const heldOut = holdOutHalf(ofOneSetting, 1);
    teach(heldOut.training);
    const evaluation = learner.evaluate(heldOut.testing);
    expect(evaluation.precision).toBeGreaterThan(0.7);
    expect(evaluation.recall).toBeGreaterThan(0.13);
  });

  it('are found better with more examples', () => {
    const heldOut = holdOutHalf(snippets, 1);
    const all = heldOut.training.length;
    const sizes = [Math.floor(all / 4), Math.floor(all / 2), all];
    const curve = learningCurve(learner, heldOut, sizes);
    expect(curve.map(({ examples }) => examples)).toEqual(sizes);
    expect(curve[2]?.recall).toBeGreaterThan(curve[0]?.recall ?? 1);
  });

  it('name rules that depend on types as not learnt', () => {
    teach(holdOutHalf(snippets, 1).training);
    const rules = learner.rules();
    expect(rules).toHaveLength(103);
    for (const { patterns, cannotLearn } of rules) expect(patterns > 0).toBe(cannotLearn === undefined);
    const learnt = rules.filter(({ cannotLearn }) => cannotLearn === undefined).map(({ rule }) => rule);
    expect(learnt).toContain('no-explicit-any');
    expect(learnt).not.toContain('no-unsafe-unary-minus');
  });

  it('give warnings that lie within a real file, none of them twice', () => {
    teach(holdOutHalf(snippets, 1).training);
    const path = fileURLToPath(new URL('../capabilities/error_recovery/recovery-store.ts', import.meta.url));
    const code = readFileSync(path, 'utf8');
    const lineCount = code.split('\n').length;
    const warnings = learner.check(code, { path });
    for (const warning of warnings) {
      expect(warning.endLine).toBeLessThanOrEqual(lineCount);
      expect(warning.matchedText.length).toBeLessThanOrEqual(200);
    }
    const keys = warnings.map(({ rule, startLine, startColumn }) => `${rule}:${startLine}:${startColumn}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
