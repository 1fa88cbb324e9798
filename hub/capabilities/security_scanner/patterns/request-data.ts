import type { SgNode } from '@ast-grep/napi';
import { isClean, unwrap } from './expressions.js';
import type { SourceFacts } from './source-facts.js';

/**
 * Where data of a request or of the address bar is read: Express and Koa style objects, AWS Lambda events, URL
 * parameters, the browser's location.
 */
export const REQUEST_DATA =
  /(?<![\w$])(?:(?:req|request|ctx|ctx\.request|ctx\.req|context\.request|this\.request)\.(?:query|querystring|body|params|param|headers?|cookies|url|originalUrl|hostname|files?)(?![\w$])|(?:req|request)\.\w*[uU]rl(?![\w$])|(?<![\w$])(?:parse\w*|url)(?:\.\w+)?\(\s*req(?:uest)?\s*[,)]|url\.parse\(\s*\w+\s*\)\.pathname|event\.(?:queryStringParameters|pathParameters|multiValueQueryStringParameters|body)(?![\w$])|(?:searchParams|URLSearchParams\([^)]*\))\.get\(|(?:window\.|document\.)?location\.(?:search|hash|href)(?![\w$]|\s*=[^=])|document\.(?:URL|referrer)(?![\w$]))/;

/** True when the expression reads a request, or a name that holds data of one, and does not clean it. */
export function holdsRequestData(node: SgNode, facts: SourceFacts): boolean {
  return readsRequestData(node, facts.requestNames());
}

/** Looks at each part of a string put together, so that a cleaned part does not count. */
export function readsRequestData(node: SgNode, names: ReadonlySet<string>): boolean {
  const inner = unwrap(node);
  if (isClean(inner)) return false;
  const kind = String(inner.kind());
  if (/^(binary_expression|ternary_expression|template_string|template_substitution)$/.test(kind)) {
    return inner.namedChildren().some((part) => readsRequestData(part, names));
  }
  const text = inner.text();
  if (REQUEST_DATA.test(text)) return true;
  if (names.size === 0) return false;
  for (const match of text.matchAll(/(?<![\w$.])[A-Za-z_$][\w$]*/g)) {
    if (names.has(match[0])) return true;
  }
  return false;
}
