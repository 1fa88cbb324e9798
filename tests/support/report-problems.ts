// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not reach a terminal
const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
const turnsDirection = /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with an escape
const colourCode = /\u001b\[\d{1,2}m/g;
const columnsMax = 80;

/** Counted without the product's own table: scripts and pictures that every terminal draws two columns wide. */
const wide =
  /(?![\uff61-\uffdc])[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uac00-\ud7a3\uff01-\uff60]/u;

export interface PrintedReport {
  readonly text: string;
  /** The same report with colours; left out, it is not looked at. */
  readonly coloredText?: string;
  readonly json: string;
  /** What the JSON was made of; left out, the JSON only has to be parsed. */
  readonly report?: unknown;
}

/** What is wrong with the printed forms of a report, a sentence each; nothing when all is well. */
export function findReportProblems({ text, coloredText, json, report }: PrintedReport): readonly string[] {
  const problems: string[] = [];
  for (const line of text.split('\n')) {
    const shown = JSON.stringify(line);
    if (control.test(line)) problems.push(`a control character in ${shown}`);
    if (turnsDirection.test(line)) problems.push(`a mark that turns the direction in ${shown}`);
    const columns = [...line].reduce((sum, character) => sum + (wide.test(character) ? 2 : 1), 0);
    if (columns > columnsMax) problems.push(`${columns} columns in ${shown}`);
  }
  if (Buffer.from(text).toString() !== text) problems.push('half a character in the text');
  if (!text.includes('END OF REPORT')) problems.push('the text has no end');
  if (coloredText !== undefined) {
    if (!coloredText.includes('\u001b[')) problems.push('the coloured text has no colours');
    if (coloredText.replace(colourCode, '') !== text) problems.push('colours change more than colours');
  }
  const { reportVersion, ...parsed } = JSON.parse(json) as { readonly reportVersion?: unknown };
  if (reportVersion !== 1) problems.push('the JSON does not say its version');
  if (Buffer.from(json).toString() !== json) problems.push('half a character in the JSON');
  if (report !== undefined && !isSame(parsed, report)) problems.push('the JSON is not the report');
  return problems;
}

/** What the database keeps and a report does not repeat. */
const distributions = ['latency', 'overlappedLatency'];

/** Whether two pieces of plain data are the same, every number included; 0 and -0 are one number in SQL and JSON. */
function isSame(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) {
    return left === right;
  }
  const names = Object.keys(left);
  const expected = Object.keys(right).filter((name) => !distributions.includes(name));
  return (
    Array.isArray(left) === Array.isArray(right) &&
    names.length === expected.length &&
    names.every((name) => isSame(Reflect.get(left, name), Reflect.get(right, name)))
  );
}
