import { parse, type SgNode } from '@ast-grep/napi';
import type { Finding } from './finding.js';
import { patternRules } from './pattern-rules.js';
import { readSourceFacts } from './patterns/source-facts.js';
import { sourceKindOf } from './source-kind.js';

/** Runs this project's rules over one source, which is parsed once and only when a rule's text occurs. */
export function scanWithPatterns(
  source: string,
  path: string,
  isEnabled: (rule: string) => boolean,
): readonly Finding[] {
  const rules = patternRules.filter(({ rule, mention }) => isEnabled(rule) && mention.test(source));
  if (rules.length === 0) return [];
  const facts = readSourceFacts(parse(sourceKindOf(path).language, source).root(), source);
  return rules.flatMap(({ rule, cwe, severity, message, find }) =>
    find(facts).map((node) => ({
      rule,
      cwe,
      severity,
      message,
      path,
      ...placeOf(node),
      engine: 'patterns' as const,
      alsoFoundBy: [],
    })),
  );
}

function placeOf(node: SgNode): Pick<Finding, 'line' | 'column' | 'endLine'> {
  const { start, end } = node.range();
  return { line: start.line + 1, column: start.column + 1, endLine: end.line + 1 };
}
