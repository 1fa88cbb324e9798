import type { SgNode } from '@ast-grep/napi';
import { type Call, findCalls, isBuiltText, isClean, isLiteral } from './expressions.js';
import type { PatternRule } from './pattern-rule.js';
import { holdsRequestData } from './request-data.js';
import type { SourceFacts } from './source-facts.js';

const HTTP_MODULES =
  /^(?:https?|axios|got|node-fetch|undici|request|request-promise(?:-native)?|superagent|needle|ky|cross-fetch|isomorphic-fetch)$/;

/** Rules about what a page shows and where a browser or a server is sent. */
export const webRules: readonly PatternRule[] = [
  {
    rule: 'html-from-value',
    cwe: 'CWE-79',
    severity: 'high',
    message: 'A value is written as HTML. Use textContent, or sanitise it first.',
    mention: /innerHTML|outerHTML|insertAdjacentHTML|document\.write|__html|srcdoc/,
    find: (facts) => [
      ...htmlAssignments(facts),
      ...findCalls(facts, '[.]insertAdjacentHTML$|^(window[.])?document[.]write(ln)?$')
        .filter(({ args }) => args.length > 0 && !args.every(isClean))
        .map(({ node }) => node),
    ],
  },
  {
    rule: 'html-from-request',
    cwe: 'CWE-79',
    severity: 'high',
    message: 'Request data is put into an HTML answer. Escape it, or render it with a template that does.',
    mention: /\.(?:send|write|end|body)\b/,
    find: (facts) =>
      findCalls(facts, '^(res|response|reply|ctx[.]res)([.]\\w+[(][^()]*[)])*[.](send|write|end)$')
        .filter(({ args: [body] }) => body !== undefined && isHtmlFromRequest(body, facts))
        .map(({ node }) => node),
  },
  {
    rule: 'replace-without-effect',
    cwe: 'CWE-116',
    severity: 'medium',
    message: 'A sign is replaced by itself, so nothing is escaped. Write what the sign should become.',
    mention: /\.replace/,
    find: (facts) =>
      findCalls(facts, '[.]replace(All)?$')
        .filter(({ args: [sign, text] }) => {
          const [, wanted] = /^\/\\?(.)\/g?$/.exec(sign?.text() ?? '') ?? [];
          return wanted !== undefined && text?.is('string') === true && text.text().slice(1, -1) === wanted;
        })
        .map(({ node }) => node),
  },
  {
    rule: 'redirect-from-request',
    cwe: 'CWE-601',
    severity: 'medium',
    message: 'Request data decides where the browser goes. Allow only known targets or paths on this site.',
    mention: /redirect|location|Location/,
    find: (facts) => [
      ...findCalls(facts, '[.](redirect|location|setHeader|writeHead|header|set|assign|replace)$')
        .filter((call) => redirectsToRequest(call, facts))
        .map(({ node }) => node),
      ...facts.root
        .findAll({
          rule: {
            kind: 'assignment_expression',
            has: { field: 'left', regex: '^((window|document|self|top|parent)[.])?location([.]href)?$' },
          },
        })
        .filter((node) => {
          const value = node.field('right');
          return value !== null && decidesTarget(value, facts);
        }),
    ],
  },
  {
    rule: 'fetch-from-request',
    cwe: 'CWE-918',
    severity: 'high',
    message:
      'Request data decides which server is asked. Allow only known hosts, and refuse private addresses.',
    mention: /fetch|axios|\bgot\b|undici|request|https?|superagent|needle|\bky\b/,
    find: (facts) =>
      findCalls(facts, '.')
        .filter(
          ({ callee, binding }) =>
            /^(?:(?:window|globalThis|self)\.)?fetch$/.test(callee) ||
            HTTP_MODULES.test(binding?.module ?? '') ||
            /^axios\b/.test(callee),
        )
        .filter(({ args: [target] }) => target !== undefined && namesServer(target, facts))
        .map(({ node }) => node),
  },
];

function htmlAssignments(facts: SourceFacts): readonly SgNode[] {
  const nodes = facts.root.findAll({
    rule: {
      any: [
        { kind: 'assignment_expression', has: { field: 'left', regex: '[.](innerHTML|outerHTML|srcdoc)$' } },
        {
          kind: 'augmented_assignment_expression',
          has: { field: 'left', regex: '[.](innerHTML|outerHTML|srcdoc)$' },
        },
        { kind: 'pair', has: { field: 'key', regex: '^__html$' } },
      ],
    },
  });
  return nodes.filter((node) => {
    const value = node.field('right') ?? node.field('value');
    return value !== null && !isClean(value);
  });
}

function isHtmlFromRequest(body: SgNode, facts: SourceFacts): boolean {
  if (!holdsRequestData(body, facts)) return false;
  return isBuiltText(body, facts.builtNames()) || !body.is('object');
}

function redirectsToRequest({ callee, args, node }: Call, facts: SourceFacts): boolean {
  if (/location\.(?:assign|replace)$/.test(callee) || /\.(?:redirect|location)$/.test(callee)) {
    const target = args.at(-1);
    return target !== undefined && decidesTarget(target, facts);
  }
  if (/\.(?:assign|replace)$/.test(callee)) return false;
  const named = /^['"`]location['"`]$/i.test(args[0]?.text() ?? '');
  const value = named ? args[1] : locationEntry(node);
  return value !== undefined && decidesTarget(value, facts);
}

function locationEntry(call: SgNode): SgNode | undefined {
  const entry = call.find({
    rule: { kind: 'pair', has: { field: 'key', regex: '^[\'"]?[Ll]ocation[\'"]?$' } },
  });
  return entry?.field('value') ?? undefined;
}

/** A fixed beginning with a path on this site (`/next?` but not `/` alone) settles the target's host. */
function decidesTarget(target: SgNode, facts: SourceFacts): boolean {
  return (
    !/^(?:['"`]\/[\w-]|['"`]https?:\/\/[^/'"`$]+\/)/.test(target.text()) && holdsRequestData(target, facts)
  );
}

function namesServer(target: SgNode, facts: SourceFacts): boolean {
  if (isLiteral(target) || /^['"`](?:https?:\/\/[^/'"`$]+\/|\/[\w-])/.test(target.text())) return false;
  return holdsRequestData(target, facts);
}
