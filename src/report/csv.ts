const numberPattern = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Beginnings of a cell that spreadsheets take for a formula, or that hide one. */
const formulaPattern = /^[=+\-@\t\r]/;
const needsQuotes = /[",\r\n]/;

export interface CsvOptions {
  /** Leave cells as they are that a spreadsheet would carry out as a formula. */
  readonly raw: boolean;
}

/**
 * A record as RFC 4180 has it, with its line end. What is null is empty, an empty text is `""`. A text that a spreadsheet would
 * take for a formula begins with an apostrophe, unless it is a number.
 */
export function renderCsvRecord(values: readonly (string | number | null)[], { raw }: CsvOptions): string {
  return `${values.map((value) => renderCell(value, raw)).join(',')}\r\n`;
}

function renderCell(value: string | number | null, raw: boolean): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (value === '') return '""';
  const text = !raw && formulaPattern.test(value) && !numberPattern.test(value) ? `'${value}` : value;
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
