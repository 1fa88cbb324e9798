import { findCalls, isLiteral } from './expressions.js';
import type { PatternRule } from './pattern-rule.js';
import { holdsRequestData } from './request-data.js';

const SERIALISER =
  /^(?:node-serialize|serialize-to-js|funcster|cryo|php-unserialize|node-php-serialization)$/;

/** Rules about reading data in formats that can do more than carry data. */
export const parsingRules: readonly PatternRule[] = [
  {
    rule: 'deserialise-untrusted',
    cwe: 'CWE-502',
    severity: 'critical',
    message:
      'Reading this format can run code or build any object. Use JSON and check the result with a schema.',
    mention: /serialize|funcster|cryo/,
    find: (facts) =>
      findCalls(facts, '(unserialize|deserialize|deepDeserialize|parse)$')
        .filter(({ args: [value], binding, callee }) => {
          if (value === undefined || isLiteral(value)) return false;
          if (SERIALISER.test(binding?.module ?? '')) return true;
          const isNative = binding?.module === 'v8' || /^v8\./.test(callee);
          return isNative && holdsRequestData(value, facts);
        })
        .map(({ node }) => node),
  },
  {
    rule: 'yaml-any-type',
    cwe: 'CWE-502',
    severity: 'medium',
    message:
      'js-yaml before version 4 builds functions from YAML with load. Use version 4, or safeLoad with version 3.',
    mention: /js-yaml/,
    find: (facts) =>
      findCalls(facts, '(load|loadAll|unsafeLoad|unsafeLoadAll)$')
        .filter(({ binding }) => binding?.module === 'js-yaml')
        .filter(({ args, callee }) => {
          const options = args.map((arg) => arg.text()).join(' ');
          if (args[0] === undefined || isLiteral(args[0])) return false;
          if (/unsafe/.test(callee) || /FULL_SCHEMA|js-yaml-js-types/.test(options)) return true;
          return !/\bschema\s*:/.test(options);
        })
        .map(({ node }) => node),
  },
  {
    rule: 'xml-external-entities',
    cwe: 'CWE-611',
    severity: 'high',
    message: 'External entities of XML are loaded. Leave noent and entity loading off.',
    mention: /noent|externalEntit|resolveExternalEntit|xmlEntit/i,
    find: (facts) =>
      facts.root.findAll({
        rule: {
          kind: 'pair',
          regex: '^[\'"]?(noent|externalEntities|resolveExternalEntities)[\'"]?\\s*:\\s*(true|1|!0)$',
        },
      }),
  },
];
