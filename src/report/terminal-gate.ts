import type { GateCondition, GateVerdict } from '../gate.js';
import { toPlainText } from './plain-text.js';
import { type Colors, indent } from './terminal-layout.js';

/** What the session was held to: the broken and inconclusive conditions one by one, the others as a number. */
export function renderGate(gate: GateVerdict, colors: Colors): readonly string[] {
  const met = gate.conditions.filter(({ verdict }) => verdict === 'met').length;
  const consequence = gate.mode === 'fail' && gate.verdict !== 'passed' ? ' The run fails for it.' : '';
  const paint = { passed: colors.green, failed: colors.red, inconclusive: colors.yellow }[gate.verdict];
  const [first = '', ...rest] = indent(
    `${gate.verdict}: ${met} of ${gate.conditions.length} conditions met.${consequence}`,
    0,
  );
  return [
    first.replace(gate.verdict, paint(gate.verdict)),
    ...rest,
    ...gate.conditions
      .filter(({ verdict }) => verdict !== 'met')
      .flatMap((one) => renderCondition(one, colors)),
  ];
}

function renderCondition({ verdict, subject, statement }: GateCondition, colors: Colors): readonly string[] {
  const [first = '', ...rest] = indent(`${verdict}: ${toPlainText(subject)}: ${statement}`, 2);
  const paint = verdict === 'broken' ? colors.red : colors.yellow;
  return [first.replace(verdict, paint(verdict)), ...rest];
}
