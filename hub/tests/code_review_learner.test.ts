import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CodeReviewLearner } from '../capabilities/code_review_learner/index.js';
import { readWorkspaceSources, type WorkspaceSource } from '../files/workspace-files.js';
import { codeReviewLearnerWorkload } from '../scenarios/workloads/code_review_learner.js';
import { seededRandom, shuffled } from '../seeded-random.js';
import { wilsonInterval } from '../wilson-interval.js';

const packages = resolve(import.meta.dirname, '../../node_modules');
const childScript = fileURLToPath(new URL('fixtures/code-review-learner-child.mjs', import.meta.url));

let stateDirectory: string;
let learner: CodeReviewLearner;

beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'code-review-learner-'));
  learner = new CodeReviewLearner({ stateDirectory });
});

afterEach(() => {
  learner.dispose();
  rmSync(stateDirectory, { recursive: true, force: true });
});

describe('a correction', () => {
  const before = `export function open(path) {\n  console.log("opening");\n  return path == home;\n}\n`;
  const after = `export function open(path) {\n  logger.info("opening");\n  return path === home;\n}\n`;

  it('is known once it was taught, with its source and what was said', async () => {
    const learnt = await learner.ingest({
      before,
      after,
      comments: ['Use the logger.'],
      source: 'pull request 12',
    });
    expect(learnt.taught).toEqual(['strict-equality.kept']);
    expect(learnt.corrections).toEqual([{ before: 'console . log', after: 'logger . info' }]);
    expect(learnt.notLearnt).toEqual(['"==" holds no name to know it by']);

    const found = await learner.check('if (a == b) {\n  console\n    .log(a);\n}\n');
    expect(found.filter(({ rule }) => rule === 'correction' || rule.startsWith('strict'))).toMatchObject([
      { rule: 'strict-equality.kept', line: 1, learntFrom: ['pull request 12'] },
      {
        rule: 'correction',
        message: '"console . log" was replaced by "logger . info" in 1 reviews. It was said: Use the logger.',
        line: 2,
        column: 3,
        endLine: 3,
        support: 1,
        confidence: 1,
        learntFrom: ['pull request 12'],
      },
    ]);
  });

  it('is given up when accepted code goes on to do otherwise', async () => {
    await learner.ingest({ before, after, source: 'one' });
    await learner.ingest({ after: 'console.log(1);\nconsole.log(2);\n', source: 'other' });
    expect(learner.styleGuide().corrections).toMatchObject([
      { before: 'console . log', support: 1, contradictions: 2 },
    ]);
    const found = await learner.check('console.log(3);\n');
    expect(found.filter(({ rule }) => rule === 'correction')).toEqual([]);
  });

  it('survives the death of the process that learnt it', async () => {
    const child = spawn(process.execPath, [childScript, stateDirectory], { stdio: 'inherit' });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    expect(await learner.check('console.log(size);\n')).toContainEqual(
      expect.objectContaining({ rule: 'correction', learntFrom: ['review 7'] }),
    );
  });
});

describe('the style guide', () => {
  it('holds what code agrees on, and leaves open what it does not', async () => {
    for (let file = 0; file < 12; file += 1) {
      const end = file % 2 === 0 ? ';' : '';
      await learner.ingest({ after: `export const a${file} = ['x', 'y']${end}\n`, path: `src/${file}.js` });
    }
    const { rules, undecided } = learner.styleGuide();
    const quotes = rules.find(({ id }) => id === 'quotes.single');
    expect(quotes).toMatchObject({ support: 24, confidence: 1, texts: 12, corrections: 0 });
    expect(quotes?.sources).toHaveLength(5);
    expect(rules.map(({ id }) => id)).not.toContain('quotes.double');
    expect(
      undecided.filter(({ id }) => id.startsWith('semicolons')).map(({ confidence }) => confidence),
    ).toEqual([0.5, 0.5]);
  });

  it('is empty before anything was learnt, and then nothing departs from it', async () => {
    expect(learner.styleGuide()).toEqual({ rules: [], corrections: [], undecided: [] });
    expect(await learner.check('var a = "x"')).toEqual([]);
  });

  it('refuses code that cannot be parsed and thresholds out of range', async () => {
    await expect(learner.ingest({ after: 'const = ;', path: 'a.ts' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await expect(learner.check('function (')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(() => new CodeReviewLearner({ stateDirectory, leastConfidence: 2 })).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
    expect(learner.styleGuide().rules).toEqual([]);
  });
});

interface Planting {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** Departures that a person could have typed; each pattern meets only code, never a comment or a text. */
const plantings: readonly Planting[] = [
  { rule: 'quotes.single', pattern: /^import (.*) from '([^'"]+)';$/mu, replacement: `import $1 from "$2";` },
  { rule: 'semicolons.always', pattern: /^( *return \w+);$/mu, replacement: '$1' },
  { rule: 'const.kept', pattern: /^( +)const (\w+) = /mu, replacement: '$1let $2 = ' },
  { rule: 'no-var.kept', pattern: /^( +)let (\w+) = /mu, replacement: '$1var $2 = ' },
  { rule: 'spaces-in-braces.always', pattern: /^import \{ (.*) \} from/mu, replacement: 'import {$1} from' },
  { rule: 'strict-equality.kept', pattern: /^( *if \(.*) === /mu, replacement: '$1 == ' },
];

it.each([['rxjs/src'], ['three/src']])(
  'learns the conventions of 70 % of %s that the other 30 % keep',
  { timeout: 300_000 },
  async (folder) => {
    const { files } = await readWorkspaceSources(join(packages, folder));
    const parts = shuffled(files, seededRandom(70));
    const cut = Math.floor(Math.min(parts.length, 120) * 0.7);
    const [taught, heldOut] = [parts.slice(0, cut), parts.slice(cut, 120)];
    for (const { path, text } of taught) await learner.ingest({ after: text, path });
    const { rules } = learner.styleGuide();
    expect(rules.length).toBeGreaterThan(10);

    const other = new CodeReviewLearner({ stateDirectory: join(stateDirectory, 'held out') });
    for (const { path, text } of heldOut) await other.ingest({ after: text, path });
    const { rules: kept, undecided } = other.styleGuide();
    const truth = new Map([...kept, ...undecided].map((rule) => [rule.id, rule]));
    other.dispose();
    const asked = rules.filter(({ id }) => (truth.get(id)?.support ?? 0) > 0);
    const right = asked.filter(({ id }) => (truth.get(id)?.confidence ?? 0) >= 0.9);
    const places = asked.reduce((sum, { id }) => sum + (truth.get(id)?.support ?? 0), 0);
    const keeping = asked.reduce(
      (sum, { id }) => sum + (truth.get(id)?.support ?? 0) * (truth.get(id)?.confidence ?? 0),
      0,
    );

    const planted = await plant(heldOut.slice(0, 20), new Set(rules.map(({ id }) => id)));
    const [low, high] = wilsonInterval(right.length, asked.length);
    console.info(
      `code_review_learner: ${folder}, ${taught.length} taught, ${heldOut.length} held out, ${rules.length} conventions, ${right.length} of ${asked.length} hold [${low.toFixed(2)}, ${high.toFixed(2)}], ${keeping} of ${places} places ${(keeping / places).toFixed(4)}; planted ${planted.planted}, found ${planted.found}, new deviations that were not planted ${planted.extra}; failing: ${asked.filter((rule) => !right.includes(rule)).map(({ id }) => `${id} ${truth.get(id)?.confidence.toFixed(2)} of ${truth.get(id)?.support}`)}`,
    );
    expect(keeping / places).toBeGreaterThanOrEqual(0.95);
    expect(right.length / asked.length).toBeGreaterThanOrEqual(0.9);
    expect(planted.planted).toBeGreaterThan(20);
    expect(planted.found / planted.planted).toBeGreaterThanOrEqual(0.95);
  },
);

/** Plants one departure at a time in held-out files and counts which are found on their line. */
async function plant(files: readonly WorkspaceSource[], learnt: ReadonlySet<string>) {
  let planted = 0;
  let found = 0;
  let extra = 0;
  for (const { path, text } of files) {
    const own = (await learner.check(text, { path })).length;
    for (const { rule, pattern, replacement } of plantings.filter((planting) => learnt.has(planting.rule))) {
      const at = pattern.exec(text);
      if (at === null) continue;
      // A variable that is assigned again must not be const, so that let is no departure.
      const name = at[2] ?? '';
      if (
        rule === 'const.kept' &&
        new RegExp(`\\b${name}\\s*(?:[-+*/|&]?=[^=]|\\+\\+|--)`, 'u').test(text.replace(pattern, ''))
      )
        continue;
      const line = text.slice(0, at.index).split('\n').length;
      const deviations = await learner.check(text.replace(pattern, replacement), { path });
      planted += 1;
      if (deviations.some((deviation) => deviation.rule === rule && deviation.line === line)) found += 1;
      extra += Math.max(0, deviations.length - own - 1);
    }
  }
  return { planted, found, extra };
}

it('does its typical work', async () => {
  const signal = new AbortController().signal;
  const context = {
    hub: { code_review_learner: learner } as never,
    root: '',
    scratchDirectory: '',
    seed: 1,
    signal,
  };
  const { round } = await codeReviewLearnerWorkload.prepare(context);
  await round(0);
  await round(1);
});
