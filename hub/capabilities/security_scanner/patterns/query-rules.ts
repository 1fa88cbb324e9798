import type { SgNode } from '@ast-grep/napi';
import { findCalls, flattenConcatenation, isClean, isLiteral } from './expressions.js';
import type { PatternRule } from './pattern-rule.js';
import { holdsRequestData } from './request-data.js';
import type { SourceFacts } from './source-facts.js';

const STATEMENT =
  /^[\s'"`(]*(?:select\s[\s\S]*\sfrom\s|insert\s+(?:or\s+\w+\s+)?into\s|replace\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|(?:drop|alter|create|truncate)\s+(?:table|database|index|view|schema)\s|call\s+\w+\()/i;

const FRAGMENT = '->>?|json_\\w+\\(|\\b(WHERE|LIKE|SELECT|VALUES|AND|IN)\\b';

/** Rules about queries that take in text or objects they should take as values. */
export const queryRules: readonly PatternRule[] = [
  {
    rule: 'sql-from-parts',
    cwe: 'CWE-89',
    severity: 'critical',
    message: 'An SQL statement is put together from values. Use placeholders and pass the values beside it.',
    mention:
      /json_\w+\(|->>|\b(?:where|like|select|insert|replace|update|delete|drop|alter|create|truncate|call)\s/i,
    find: (facts) => [...builtTemplates(facts), ...builtConcatenations(facts), ...quotedFragments(facts)],
  },
  {
    rule: 'query-object-from-request',
    cwe: 'CWE-943',
    severity: 'high',
    message:
      'Request data becomes a query object, so operators such as $ne can be passed in. Convert each field to a string or check its type.',
    mention: /\.(?:find\w*|count\w*|update\w*|delete\w*|remove|aggregate|where)\s*\(|\$where/,
    find: (facts) => [
      ...findCalls(
        facts,
        '[.](find|findOne|findOneAndUpdate|findOneAndDelete|count|countDocuments|updateOne|updateMany|deleteOne|deleteMany|remove|aggregate)$',
      )
        .filter(({ args }) => args[0] !== undefined && takesRequestObject(args[0], facts))
        .map(({ node }) => node),
      ...facts.root
        .findAll({ rule: { kind: 'pair', has: { field: 'key', regex: '^[\'"]?[$]where[\'"]?$' } } })
        .filter((pair) => {
          const value = pair.field('value');
          return value !== null && !isLiteral(value) && !/function/.test(String(value.kind()));
        }),
    ],
  },
];

function builtTemplates(facts: SourceFacts): readonly SgNode[] {
  const templates = facts.root.findAll({
    rule: { kind: 'template_string', has: { kind: 'template_substitution' } },
  });
  return templates.filter(
    (template) =>
      STATEMENT.test(template.text()) &&
      // The function of a tagged template gets the values apart from the text.
      !template.parent()?.is('call_expression') &&
      template
        .namedChildren()
        .some((part) => part.is('template_substitution') && !part.namedChildren().every(isQuotedValue)),
  );
}

/** A value in quotes within a piece of SQL: `name LIKE '${text}'`. */
function quotedFragments(facts: SourceFacts): readonly SgNode[] {
  const templates = facts.root.findAll({
    rule: { kind: 'template_string', regex: FRAGMENT, has: { kind: 'template_substitution' } },
  });
  return templates.filter((template) => {
    const text = template.text();
    return template
      .namedChildren()
      .some(
        (part) =>
          part.is('template_substitution') &&
          text.includes(`'${part.text()}'`) &&
          !part.namedChildren().every(isQuotedValue),
      );
  });
}

function builtConcatenations(facts: SourceFacts): readonly SgNode[] {
  const outermost = facts.root.findAll({
    rule: { kind: 'binary_expression', not: { inside: { kind: 'binary_expression' } } },
  });
  return outermost.filter((node) => {
    if (!node.children().some((child) => child.text() === '+')) return false;
    const parts = flattenConcatenation(node);
    const text = parts.map((part) => (part.is('string') ? part.text().slice(1, -1) : ' x ')).join('');
    return STATEMENT.test(text) && !parts.every(isQuotedValue);
  });
}

/** Constants in capitals name tables and columns and do not come from outside. */
function isQuotedValue(node: SgNode): boolean {
  return isClean(node) || /^[A-Z][A-Z0-9_]+$/.test(node.text()) || /^['"?, ]*$/.test(node.text());
}

function takesRequestObject(query: SgNode, facts: SourceFacts): boolean {
  if (!query.is('object')) return /\.(?:body|query)$/.test(query.text()) && holdsRequestData(query, facts);
  return query.namedChildren().some((pair) => {
    const value = pair.field('value');
    return value !== null && !/^(?:String|`)/.test(value.text()) && holdsRequestData(value, facts);
  });
}
