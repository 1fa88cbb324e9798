import type { SgNode } from '@ast-grep/napi';
import {
  type Call,
  findCalls,
  flattenConcatenation,
  isBuiltText,
  isClean,
  isLiteral,
  unwrap,
} from './expressions.js';
import type { PatternRule } from './pattern-rule.js';
import { holdsRequestData } from './request-data.js';
import type { SourceFacts } from './source-facts.js';

const SHELL_MODULES =
  /^(?:child_process|mz\/child_process|child-process-promise|promisify-child-process|shelljs|execa|cross-spawn)$/;
const SHELL_MEMBERS =
  /^(?:exec|execSync|execCommand|shell|shellSync|command|commandSync|execaCommand|execaCommandSync)$/;
const SPAWN_MEMBERS = /^(?:spawn|spawnSync|execFile|execFileSync|sync|default|execa)$/;
const SHELLS = /^['"`](?:.*[\\/])?(?:sh|bash|zsh|dash|cmd|cmd\.exe|powershell|powershell\.exe|pwsh)['"`]$/;

/** Local functions that are named like running a shell. */
const SHELL_NAMES = '^(exec|execSync|execAsync|execPromise|sh|shell|runCommand|runCmd|execute)$';
/** Programs whose name begins a command and hardly any sentence. */
const PROGRAMS =
  'git|lsof|taskkill|pkill|killall|curl|wget|ffmpeg|netstat|ifconfig|nslookup|rsync|xargs|docker|chmod|chown|unzip';
const COMMAND_TEXT = new RegExp(`^['"\`](?:sudo )?(?:${PROGRAMS}|kill|ps|rm|cp|mv|cat|find|tar|npm|ping) `);
const OWN_COMMAND = `^['"\`](${PROGRAMS}) [^.!?:,]*$`;

/** Rules about strings that are run: as a shell command or as code. */
export const executionRules: readonly PatternRule[] = [
  {
    rule: 'command-from-parts',
    cwe: 'CWE-78',
    severity: 'critical',
    message:
      'A shell command is put together from parts. Use execFile or spawn with an argument list and no shell.',
    mention: /child_process|child-process|shelljs|execa|cross-spawn|\b(?:exec|sh|shell|spawn|runC)\w*/,
    find: (facts) => [
      ...findCalls(facts, '(exec|spawn|command|sync|shell)\\w*$|^[\\w$]+$')
        .filter((call) => SHELL_MODULES.test(call.binding?.module ?? ''))
        .filter((call) => runsBuiltCommand(call, facts))
        .map(({ node }) => node),
      ...findCalls(facts, SHELL_NAMES)
        .filter(({ binding }) => !SHELL_MODULES.test(binding?.module ?? ''))
        .filter(({ args: [command] }) => command !== undefined && isCommandText(command, facts))
        .map(({ node }) => node),
      ...builtCommands(facts),
    ],
  },
  {
    rule: 'code-text-from-parts',
    cwe: 'CWE-94',
    severity: 'medium',
    message:
      'A value is pasted into the text of a call, so it can end the call and begin code of its own. Write it with JSON.stringify.',
    mention: /\.\w+\(['"]?(?:\$\{|["'`]\s*\+)|\b(?:var|let|const|function) ['"`]\s*\+/,
    find: (facts) => [...pastedArguments(facts)],
  },
  {
    rule: 'code-from-value',
    cwe: 'CWE-95',
    severity: 'critical',
    message: 'A value is run as code. Use a table of functions, or a parser for the data it stands for.',
    mention: /\beval\b|\bFunction\b|setTimeout|setInterval|runIn\w*Context|\bScript\b|compileFunction/,
    find: (facts) =>
      findCalls(
        facts,
        '^((window|globalThis|global|self)[.])?(eval|Function|setTimeout|setInterval)$|^[(]0, *eval[)]$|runIn\\w*Context$|Script$|compileFunction$',
      )
        .filter((call) => runsValueAsCode(call, facts))
        .map(({ node }) => node),
  },
];

function runsBuiltCommand({ binding, args }: Call, facts: SourceFacts): boolean {
  const member = binding?.member ?? 'default';
  const [command, ...rest] = args;
  if (command === undefined) return false;
  if (SHELL_MEMBERS.test(member)) return isAttackable(command, facts) || isOpenValue(command, facts);
  if (!SPAWN_MEMBERS.test(member)) return false;
  const usesShell = rest.some((arg) => /\bshell\s*:\s*(?:true|['"`])/.test(arg.text()));
  if (usesShell) return args.some((arg) => listed(arg).some((part) => isAttackable(part, facts)));
  if (SHELLS.test(command.text())) {
    return rest.some((arg) => listed(arg).some((part) => isAttackable(part, facts)));
  }
  return holdsRequestData(command, facts);
}

function isAttackable(node: SgNode, facts: SourceFacts): boolean {
  return isBuiltText(node, facts.builtNames()) || holdsRequestData(node, facts);
}

/** A value that this source does not fix: a parameter, a member, the result of a call. */
function isOpenValue(node: SgNode, facts: SourceFacts): boolean {
  const inner = unwrap(node);
  if (!/^(?:identifier|member_expression|subscript_expression|call_expression)$/.test(String(inner.kind()))) {
    return false;
  }
  if (!inner.is('identifier')) return !isClean(inner);
  const name = inner.text().replaceAll('$', '\\$');
  return !new RegExp(`(?<![\\w$.])${name}\\s*=\\s*(?:[^;\\n]*\\?\\s*)?['"\`]`).test(facts.text);
}

function isCommandText(node: SgNode, facts: SourceFacts): boolean {
  return COMMAND_TEXT.test(node.text()) && isBuiltText(node, facts.builtNames());
}

/** Commands that are put together away from where they are run. */
function builtCommands(facts: SourceFacts): readonly SgNode[] {
  return facts.root
    .findAll({
      rule: {
        any: [{ kind: 'template_string' }, { kind: 'binary_expression' }],
        regex: OWN_COMMAND,
        not: { inside: { kind: 'binary_expression' } },
      },
    })
    .filter((node) => isBuiltText(node, facts.builtNames()));
}

/** `read.number(${value})` and `"push('" + value + "')"` as text. */
function pastedArguments(facts: SourceFacts): readonly SgNode[] {
  const opens = /[\w$]+\.[\w$]+\(['"]?$/;
  const closes = /^['"]?\)/;
  const templates = facts.root.findAll({
    rule: { kind: 'template_string', has: { kind: 'template_substitution' } },
  });
  const sums = facts.root.findAll({
    rule: { kind: 'binary_expression', not: { inside: { kind: 'binary_expression' } } },
  });
  return [
    ...templates.filter((template) => {
      const text = template.text();
      return template.namedChildren().some((part) => {
        if (!part.is('template_substitution') || part.namedChildren().every(isSafeCode)) return false;
        const at = part.range().start.index - template.range().start.index;
        return opens.test(text.slice(0, at)) && closes.test(text.slice(at + part.text().length));
      });
    }),
    ...sums.filter((sum) => {
      const parts = flattenConcatenation(sum);
      return parts.some((part, index) => {
        const before = parts[index - 1];
        const after = parts[index + 1];
        if (part.is('string') || isSafeCode(part) || !before?.is('string') || !after?.is('string'))
          return false;
        if (/(?:^|[\s;{(])(?:var|let|const|function) +$/.test(before.text().slice(1, -1))) return true;
        return opens.test(before.text().slice(1, -1)) && closes.test(after.text().slice(1, -1));
      });
    }),
  ];
}

function isSafeCode(node: SgNode): boolean {
  return isClean(node) || /stringify\(|(?:E|e)scape\w*\(|quote\(/.test(node.text());
}

function listed(node: SgNode): readonly SgNode[] {
  return node.is('array') ? node.namedChildren() : [node];
}

function runsValueAsCode({ callee, args, binding, node }: Call, facts: SourceFacts): boolean {
  const [code] = args;
  if (code === undefined) return false;
  if (/(?:setTimeout|setInterval)$/.test(callee)) {
    return isTextItself(code) && isBuiltText(code, facts.builtNames());
  }
  if (/(?:eval\)?|Function)$/.test(callee)) return !args.every(isLiteral);
  const isVm = binding?.module === 'vm' || /^vm\b/.test(callee);
  const isScript = /Script$/.test(callee) ? node.is('new_expression') : true;
  return isVm && isScript && !isLiteral(code);
}

/** A name could hold a function; only a string written in place is surely code. */
function isTextItself(node: SgNode): boolean {
  return node.is('template_string') || node.is('binary_expression');
}
