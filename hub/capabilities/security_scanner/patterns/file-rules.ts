import type { SgNode } from '@ast-grep/napi';
import { findCalls, flattenConcatenation, functionsAround, scopeText, unwrap } from './expressions.js';
import type { PatternRule } from './pattern-rule.js';
import { holdsRequestData } from './request-data.js';
import type { SourceFacts } from './source-facts.js';

/** Checks that keep a path inside a folder; whether they are right is not judged. */
const CONTAINMENT =
  /\.startsWith\(|\bindexOf\(\s*(?:['"`]\.\.|[\w$.]*(?:root|dir|folder|base|cwd|dest|target|output|parent)\w*\s*[,)])|path\.relative\(|\brelative\(|realpath|includes\(\s*['"`]\.\.|\.\.[\\/)|$'"`\]]*\/[gimuy]*\.test\(|isPathInside|is-path-inside|sanitize/i;

const FILE_MODULES = /^(?:fs|fs\/promises|fs-extra|graceful-fs|mz\/fs)$/;
const ENTRY_PATH =
  /(?<![\w$])(?:(?:entry|header|zipEntry|file|item|x|f|e)\.(?:path|name|fileName|filename|linkname)|\w+\.entryName)(?![\w$])/;
const FOLDER =
  '([\\w$]+[.])*(root|dir|folder|base|cwd|dest|destination|output|target)(Path|Dir|Folder|path)?';
const PREFIX_COMPARED = `^[\\w$.]*[pP]ath[\\w$]*[.](substr|substring|slice)[(]0, *${FOLDER}[.]length[)] *(!==?|===?)|^[\\w$.]*([pP]ath|file)[\\w$]*[.](indexOf)[(](${FOLDER}|[\\w$]+[.]path)[)] *(!==?|===?) *0$`;
const PREFIX_CALLED = `^[\\w$.]*([pP]ath|target|full)[\\w$]*[.]startsWith[(]${FOLDER}[)]$`;
const ARCHIVE = /\b(?:un)?(?:zip|tar|7z|archive|gunzip|extract|decompress|inflate)/i;
const WRITES = '(writeFile|createWriteStream|appendFile|mkdir|mkdirp|symlink|link)(Sync)?$';

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
        .filter(({ node }) => !isContained(node, scopeText(node, facts), /\bbasename\(/))
        .map(({ node }) => node),
  },
  {
    rule: 'prefix-without-separator',
    cwe: 'CWE-22',
    severity: 'medium',
    message:
      'A path is compared with the beginning of a folder, so "/data-other" passes for "/data". Add the separator to the folder, or use path.relative.',
    mention: /startsWith|indexOf|substr|slice/,
    find: (facts) =>
      facts.root.findAll({
        rule: {
          any: [
            { kind: 'binary_expression', regex: PREFIX_COMPARED },
            { kind: 'call_expression', regex: PREFIX_CALLED },
          ],
        },
      }),
  },
  {
    rule: 'path-from-archive-entry',
    cwe: 'CWE-22',
    severity: 'high',
    message:
      "An archive entry's name becomes a file path. Resolve it and check that the result lies below the target folder.",
    mention: ARCHIVE,
    find: (facts) => [
      ...findCalls(facts, '(join|resolve)$')
        .filter(({ callee, binding }) => opensPath(callee, binding?.module))
        .filter(({ args }) => args.length > 1 && args.some((arg) => ENTRY_PATH.test(arg.text())))
        .filter(({ node }) => !isContained(node, widerScope(node, facts)))
        .map(({ node }) => node),
      ...findCalls(facts, WRITES)
        .filter(({ args: [path] }) => path !== undefined && joinsNames(path, facts))
        .filter(({ node }) => !isContained(node, widerScope(node, facts)))
        .map(({ node }) => node),
    ],
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

/** The two innermost functions: a target is often resolved in one and written in the next. */
function widerScope(node: SgNode, facts: SourceFacts): string {
  return functionsAround(node).slice(0, 2).at(-1)?.text() ?? facts.text;
}

/** A check on a line that speaks of the path: of a part of it, of the name it gets, or of a name made from these. */
function isContained(node: SgNode, scope: string, alsoClean?: RegExp): boolean {
  const lines = scope.split('\n');
  const names = new Set(namesIn(node.text()));
  for (let round = 0; round < 2; round += 1) {
    for (const line of lines) {
      const [, name, value] = /(?:^|[\s,(])([\w$]+)\s*=(?!=)\s*(.+)$/.exec(line) ?? [];
      if (name !== undefined && namesIn(value ?? '').some((part) => names.has(part))) names.add(name);
    }
  }
  return lines.some(
    (line) =>
      (CONTAINMENT.test(line) || alsoClean?.test(line) === true) &&
      namesIn(line).some((part) => names.has(part)),
  );
}

const GENERAL_NAMES =
  /^(?:path|fs|join|resolve|normalize|this|process|cwd|req|request|res|url|parse|const|let|var|if|return)$/;

function namesIn(text: string): readonly string[] {
  return (text.match(/[A-Za-z_$][\w$]*/g) ?? []).filter((name) => !GENERAL_NAMES.test(name));
}

/** `folder + name`, where an unpacker walks the names of an archive's entries. */
function joinsNames(path: SgNode, facts: SourceFacts): boolean {
  const inner = unwrap(path);
  if (!inner.is('binary_expression') || !/\.(?:files|entries)\b/.test(facts.text)) return false;
  const parts = flattenConcatenation(inner);
  return parts.length > 1 && parts.every((part) => part.is('identifier'));
}
