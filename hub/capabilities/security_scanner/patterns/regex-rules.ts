import type { SgNode } from '@ast-grep/napi';
import { findCalls } from './expressions.js';
import type { PatternRule } from './pattern-rule.js';
import { findBacktracking } from './regex-shape.js';
import { holdsRequestData } from './request-data.js';
import type { SourceFacts } from './source-facts.js';

/** Rules about regular expressions that take too long or come from outside. */
export const regexRules: readonly PatternRule[] = [
  {
    rule: 'regex-exponential',
    cwe: 'CWE-1333',
    severity: 'high',
    message:
      'A repeated group can match the same text in many ways, so a text that fails takes exponential time. Make its parts exclude each other.',
    mention: /[*+}]/,
    find: (facts) => patternsOf(facts).filter((node) => shapeOf(node) === 'exponential'),
  },
  {
    rule: 'regex-polynomial',
    cwe: 'CWE-1333',
    severity: 'low',
    message:
      'Two repetitions can share the same text, so a text that fails takes quadratic time or worse. Make them exclude each other, or limit the length.',
    mention: /[*+}]/,
    find: (facts) => patternsOf(facts).filter((node) => shapeOf(node) === 'polynomial'),
  },
  {
    rule: 'regex-wide-range',
    cwe: 'CWE-185',
    severity: 'medium',
    message: 'The range A-z takes six signs between Z and a as well. Write A-Za-z.',
    mention: /A-z/,
    find: (facts) => patternsOf(facts).filter((node) => /\[[^\]]*(?<!\\)A-z/.test(node.text())),
  },
  {
    rule: 'regex-from-request',
    cwe: 'CWE-1333',
    severity: 'high',
    message: 'Request data becomes a regular expression. Escape it, or search for plain text.',
    mention: /RegExp/,
    find: (facts) =>
      findCalls(facts, '^RegExp$')
        .filter(({ args: [pattern] }) => pattern !== undefined && holdsRequestData(pattern, facts))
        .map(({ node }) => node),
  },
];

function patternsOf(facts: SourceFacts): readonly SgNode[] {
  return facts.root.findAll({
    rule: {
      any: [
        { kind: 'regex' },
        {
          kind: 'string',
          regex: '^.{5}',
          inside: { kind: 'arguments', inside: { kind: 'new_expression', regex: '^new RegExp' } },
        },
      ],
    },
  });
}

function shapeOf(node: SgNode): ReturnType<typeof findBacktracking> {
  if (node.is('regex')) {
    return findBacktracking(node.field('pattern')?.text() ?? '', node.field('flags')?.text() ?? '');
  }
  return findBacktracking(node.text().slice(1, -1).replaceAll('\\\\', '\\'), '');
}
