import { cryptographyRules } from './patterns/cryptography-rules.js';
import { executionRules } from './patterns/execution-rules.js';
import { fileRules } from './patterns/file-rules.js';
import { objectRules } from './patterns/object-rules.js';
import { parsingRules } from './patterns/parsing-rules.js';
import type { PatternRule } from './patterns/pattern-rule.js';
import { queryRules } from './patterns/query-rules.js';
import { regexRules } from './patterns/regex-rules.js';
import { webRules } from './patterns/web-rules.js';

/** All rules of this project. They look at one source at a time and follow names, not calls or scopes. */
export const patternRules: readonly PatternRule[] = [
  ...executionRules,
  ...queryRules,
  ...webRules,
  ...fileRules,
  ...objectRules,
  ...cryptographyRules,
  ...parsingRules,
  ...regexRules,
];
