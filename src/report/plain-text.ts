/** Control characters, among them the escape that begins terminal sequences, and marks that turn the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not reach a terminal
const harmful = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

/** Text from outside on one line, without anything a terminal would act on. */
export function toPlainText(text: string): string {
  return text.replace(harmful, ' ').trim();
}

/** Scripts and pictures that a terminal draws two columns wide (after Unicode Standard Annex 11). */
const wide =
  /[\u1100-\u115f\u231a-\u23ff\u25fd\u25fe\u2600-\u27bf\u2b1b-\u2b55\u2e80-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2ff}\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns of a terminal that a text takes at most. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += wide.test(character) ? 2 : 1;
  return columns;
}

/** The longest beginning of a text that fits into a number of columns, and the rest. */
function splitAt(text: string, width: number): readonly [string, string] {
  let columns = 0;
  let length = 0;
  for (const character of text) {
    columns += columnsOf(character);
    if (columns > width) break;
    length += character.length;
  }
  return [text.slice(0, length), text.slice(length)];
}

/** Cuts a text to a width in columns, with an ellipsis where something was cut. */
export function truncate(text: string, width: number): string {
  return columnsOf(text) <= width ? text : `${splitAt(text, width - 1)[0]}…`;
}

/** Fills a text up to a width in columns. */
export function padColumns(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columnsOf(text)));
}

/** Breaks a text into lines of at most `width` columns; a word longer than that is broken. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = word;
    while (columnsOf(rest) + (line === '' ? 0 : columnsOf(line) + 1) > width) {
      if (line !== '') {
        lines.push(line);
        line = '';
      } else {
        const [head, tail] = splitAt(rest, width);
        lines.push(head);
        rest = tail;
      }
    }
    line = line === '' ? rest : `${line} ${rest}`;
  }
  if (line !== '') lines.push(line);
  return lines;
}
