import type { LintRule } from './lint-rule.js';

/** All rules of eslint-plugin-security with the weakness each one reports. */
export const eslintSecurityRules: readonly LintRule[] = [
  { rule: 'detect-bidi-characters', cwe: 'CWE-1007', severity: 'high' },
  { rule: 'detect-buffer-noassert', cwe: 'CWE-119', severity: 'low' },
  { rule: 'detect-child-process', cwe: 'CWE-78', severity: 'high' },
  { rule: 'detect-disable-mustache-escape', cwe: 'CWE-79', severity: 'medium' },
  { rule: 'detect-eval-with-expression', cwe: 'CWE-95', severity: 'high' },
  { rule: 'detect-invisible-characters', cwe: 'CWE-1007', severity: 'low' },
  { rule: 'detect-new-buffer', cwe: 'CWE-665', severity: 'low' },
  { rule: 'detect-no-csrf-before-method-override', cwe: 'CWE-352', severity: 'medium' },
  { rule: 'detect-non-literal-fs-filename', cwe: 'CWE-22', severity: 'low' },
  { rule: 'detect-non-literal-regexp', cwe: 'CWE-1333', severity: 'low' },
  { rule: 'detect-non-literal-require', cwe: 'CWE-829', severity: 'low' },
  { rule: 'detect-object-injection', cwe: 'CWE-1321', severity: 'low' },
  { rule: 'detect-possible-timing-attacks', cwe: 'CWE-208', severity: 'low' },
  { rule: 'detect-pseudoRandomBytes', cwe: 'CWE-338', severity: 'low' },
  { rule: 'detect-unsafe-regex', cwe: 'CWE-1333', severity: 'low' },
];
