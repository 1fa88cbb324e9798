import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';
import { CapabilityError, docSentencePairs } from 'vitest-realworld-hub';
import { compilerLines, groupedRight } from './support/compiler-lines.js';
import { sampleSources } from './support/sample-sources.js';
import { sourceFolder, taughtPatterns, teachPatterns } from './support/workspace-editor.js';

const queries = 250;
const filesTaught = 28;
const filesHeldOut = 12;
/** Files that the compiler reads strictly; the lines of all would take it half a minute. */
const filesCompiled = 60;
const linesMin = 100;
/** With fewer different messages the share hangs on a few of them. */
const messagesMin = 10;
/** Below it the groups are of little use. */
const groupingMin = 0.5;

realWorld.scenario(
  'finds functions by what their documentation says of them',
  { kind: 'learning' },
  async ({ hub, workspace, learning, record, seed, skip }) => {
    const root = sourceFolder(workspace.path);
    // The first index of a process pays for the compilation of the code that makes it.
    for (const name of ['index_rate_first', 'index_rate_warm']) {
      const { files, durationMs } = await hub.code_search.index(root, { includeComments: false });
      if (files > 0)
        record.metric(name, files / (durationMs / 1_000), 'files/s', { capability: 'code_search' });
    }
    const pairs = await docSentencePairs(root, { limit: queries, seed });
    if (pairs.length === 0) skip('No function of the workspace has a documentation comment to ask by.');
    const idOf = (path: string, name: string): string => `${path} ${name}`;
    const ranking = await learning.rank(
      'code_search',
      pairs.map(({ query, path, name }) => ({ query, relevant: [idOf(path, name)], answerText: name })),
      (query) => hub.code_search.search(query, 10).map(({ path, name }) => idOf(path, name)),
      { k: 10 },
    );
    expect(ranking.queries).toBe(pairs.length);
    record.metric('queries_asked', ranking.queries, 'count', { capability: 'code_search' });
  },
);

realWorld.scenario(
  'groups the lines of a log by the message that they are',
  { kind: 'learning' },
  async ({ hub, workspace, record, seed, skip }) => {
    const root = sourceFolder(workspace.path);
    const lines = compilerLines(root, await sampleSources(root, filesCompiled, seed));
    if (lines.length < linesMin)
      skip(`A strict compiler has ${lines.length} lines to say of the workspace; ${linesMin} are needed.`);
    const messages = new Set(lines.map(({ code }) => code)).size;
    if (messages < messagesMin)
      skip(
        `A strict compiler has lines of ${messages} messages to say of the workspace; ${messagesMin} are needed.`,
      );
    const { templates, templateOfLine } = hub.log_analyzer.templates(
      lines.map(({ line }) => line),
      { source: 'compiler' },
    );
    const truth = lines.map(({ code }) => code);
    const right = groupedRight(truth, templateOfLine).filter(Boolean).length;
    const accuracy = right / lines.length;
    record.metric('grouping_accuracy', accuracy, 'share', {
      capability: 'log_analyzer',
      context: { lines: lines.length, templates: templates.length, messages },
    });
    expect(templateOfLine, 'every line has a group').toHaveLength(lines.length);
    if (accuracy < groupingMin) {
      record.issue({
        severity: 'medium',
        capability: 'log_analyzer',
        issueType: 'poor_accuracy',
        description: `Of ${lines.length} lines of ${messages} messages ${right} are in a group that is exactly their message (${(100 * accuracy).toFixed(0)} %).`,
        suggestedFix: 'Look at the templates of the messages that are split or thrown together.',
        reproducible: true,
      });
    }
  },
);

realWorld.scenario(
  'learns the style of a codebase and finds what departs from it',
  { kind: 'learning' },
  async ({ hub, workspace, learning, record, seed, skip }) => {
    const root = sourceFolder(workspace.path);
    const files = await sampleSources(root, filesTaught + filesHeldOut, seed);
    if (files.length < filesTaught + filesHeldOut)
      skip(
        `The workspace has ${files.length} readable source files; ${filesTaught + filesHeldOut} are needed.`,
      );
    const unreadable: string[] = [];
    for (const path of files.slice(0, filesTaught)) {
      const name = relative(root, path);
      try {
        await hub.code_review_learner.ingest({ after: readFileSync(path, 'utf8'), path: name, source: name });
      } catch (thrown) {
        // In a codebase there are files that no parser takes, such as templates; what is left is enough to learn from.
        if (!(thrown instanceof CapabilityError) || thrown.code !== 'BAD_INPUT') throw thrown;
        unreadable.push(name);
      }
    }
    record.metric('files_unreadable', unreadable.length, 'files', {
      capability: 'code_review_learner',
      context: { files: unreadable.slice(0, 5) },
    });
    const quotes = hub.code_review_learner.styleGuide().rules.find(({ id }) => id.startsWith('quotes.'));
    if (quotes === undefined)
      skip('The codebase does not agree on quotes, so that there is nothing to depart from.');
    // Every held-out file as it is, and once more with a line in the other quotes.
    const departure =
      quotes?.id === 'quotes.single' ? 'export const departs = "so";' : "export const departs = 'so';";
    const cases = files.slice(filesTaught).flatMap((path) => {
      const code = readFileSync(path, 'utf8');
      const name = relative(root, path);
      return [
        { positive: false, subject: { code, name } },
        { positive: true, subject: { code: `${code}\n${departure}\n`, name } },
      ];
    });
    const evaluation = await learning.evaluate('code_review_learner', cases, async ({ code, name }) => {
      const lines = code.trimEnd().split('\n').length;
      const found = await hub.code_review_learner.check(code, { path: name });
      // In a file as it is any departure is a false alarm; in the other its last line is what was planted.
      return found.some(
        ({ rule, line }) => rule.startsWith('quotes') && (line === lines || !code.includes(departure)),
      );
    });
    expect(evaluation.recall, 'share of the planted lines that were found').toBeGreaterThan(0.5);
  },
);

realWorld.scenario(
  'does better than learners that look at nothing',
  { kind: 'learning' },
  async ({ hub, learning }) => {
    teachPatterns(hub.mistake_learner);
    const cases = Array.from({ length: 60 }, (_, index) => {
      const pattern = taughtPatterns[index % taughtPatterns.length] as (typeof taughtPatterns)[number];
      const positive = index % 2 === 0;
      const code = (positive ? pattern.wrong : pattern.right)(`Case${index}`);
      return { positive, subject: { code, rule: pattern.rule } };
    });
    const taught = cases.slice(0, 20);
    const judged = await learning.evaluateBesideControls(
      'mistake_learner',
      taught,
      cases.slice(20),
      ({ code, rule }) => hub.mistake_learner.check(code).some((warning) => warning.rule === rule),
    );
    expect(judged.verdict).toBe('better_than_controls');
  },
);
