import type { SgNode } from '@ast-grep/napi';
import { type Call, findCalls, isBuiltText, isLiteral } from './expressions.js';
import type { PatternRule } from './pattern-rule.js';
import { holdsRequestData } from './request-data.js';
import type { SourceFacts } from './source-facts.js';

const SHELL_MODULES =
  /^(?:child_process|mz\/child_process|child-process-promise|promisify-child-process|shelljs|execa|cross-spawn)$/;
const SHELL_MEMBERS = /^(?:exec|execSync|execCommand|command|commandSync|execaCommand|execaCommandSync)$/;
const SPAWN_MEMBERS = /^(?:spawn|spawnSync|execFile|execFileSync|sync|default|execa)$/;
const SHELLS = /^['"`](?:.*[\\/])?(?:sh|bash|zsh|dash|cmd|cmd\.exe|powershell|powershell\.exe|pwsh)['"`]$/;

/** Rules about strings that are run: as a shell command or as code. */
export const executionRules: readonly PatternRule[] = [
  {
    rule: 'command-from-parts',
    cwe: 'CWE-78',
    severity: 'critical',
    message:
      'A shell command is put together from parts. Use execFile or spawn with an argument list and no shell.',
    mention: /child_process|child-process|shelljs|execa|cross-spawn/,
    find: (facts) =>
      findCalls(facts, '(exec|spawn|command|sync)\\w*$|^[\\w$]+$')
        .filter((call) => SHELL_MODULES.test(call.binding?.module ?? ''))
        .filter((call) => runsBuiltCommand(call, facts))
        .map(({ node }) => node),
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
  if (SHELL_MEMBERS.test(member)) return isAttackable(command, facts);
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
