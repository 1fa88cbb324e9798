import type { SgNode } from '@ast-grep/napi';
import { findCalls, scopeText } from './expressions.js';
import type { PatternRule } from './pattern-rule.js';
import { holdsRequestData } from './request-data.js';
import type { SourceFacts } from './source-facts.js';

/** Checks that keep a path inside a folder; whether they are right is not judged. */
const CONTAINMENT =
  /\.startsWith\(|\bindexOf\(|path\.relative\(|\brelative\(|basename\(|realpath|includes\(\s*['"`]\.\.|\.\.[\\/)|$'"`\]]*\/[gimuy]*\.test\(|isPathInside|is-path-inside|sanitize/;

const FILE_MODULES = /^(?:fs|fs\/promises|fs-extra|graceful-fs|mz\/fs)$/;
const ENTRY_PATH =
  /(?<![\w$])(?:entry|header|zipEntry|file|item)\.(?:path|name|fileName|filename|entryName)(?![\w$])/;

/** Rules about paths that lead out of the folder they were meant for. */
export const fileRules: readonly PatternRule[] = [
  {
    rule: 'path-from-request',
    cwe: 'CWE-22',
    severity: 'high',
    message:
      'Request data becomes part of a file path. Resolve it and check that the result lies below the folder.',
    mention:
      /\bjoin\b|\bresolve\b|sendFile|download|readFile|createReadStream|writeFile|unlink|\bopen\b|stat/,
    find: (facts) =>
      findCalls(
        facts,
        '(join|resolve|normalize|sendFile|sendfile|download)$|(readFile|createReadStream|createWriteStream|writeFile|appendFile|unlink|open|stat|lstat|access|readdir|rm|rename|copyFile)(Sync)?$',
      )
        .filter(({ callee, binding }) => opensPath(callee, binding?.module))
        .filter(({ args }) => args.some((arg) => isPathFromRequest(arg, facts)))
        .filter(({ node }) => !CONTAINMENT.test(scopeText(node, facts)))
        .map(({ node }) => node),
  },
  {
    rule: 'path-from-archive-entry',
    cwe: 'CWE-22',
    severity: 'high',
    message:
      "An archive entry's name becomes a file path. Resolve it and check that the result lies below the target folder.",
    mention: /(?:entry|header|file|item)\.(?:path|name|file[nN]ame|entryName)/i,
    find: (facts) =>
      findCalls(facts, '(join|resolve)$')
        .filter(({ callee, binding }) => opensPath(callee, binding?.module))
        .filter(({ args }) => args.length > 1 && args.some((arg) => ENTRY_PATH.test(arg.text())))
        .filter(({ node }) => mentionsArchive(facts) && !CONTAINMENT.test(scopeText(node, facts)))
        .map(({ node }) => node),
  },
];

function opensPath(callee: string, module: string | undefined): boolean {
  if (/\.(?:sendFile|sendfile|download)$/.test(callee)) return true;
  if (module === 'path' || FILE_MODULES.test(module ?? '')) return true;
  return /^(?:path|fs|fsp)\./.test(callee);
}

/** The extension, the method or the encoding of a request is no path of its own. */
function isPathFromRequest(arg: SgNode, facts: SourceFacts): boolean {
  return !/function/.test(String(arg.kind())) && !arg.is('object') && holdsRequestData(arg, facts);
}

function mentionsArchive(facts: SourceFacts): boolean {
  return /\b(?:un)?(?:zip|tar|7z|archive|gunzip|extract|decompress|inflate)/i.test(facts.text);
}
