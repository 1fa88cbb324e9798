import { type CsvOptions, renderCsvRecord } from '../report/csv.js';
import type { ExportedTable } from '../storage/export-rows.js';

/** Characters that are gathered before they are handed on: a write for every row would take most of the time. */
const chunkChars = 65_536;

type RenderTable = (table: ExportedTable, options: CsvOptions) => Iterable<string>;

const formats: ReadonlyMap<string, RenderTable> = new Map<string, RenderTable>([
  ['ndjson', renderLines],
  ['csv', renderRecords],
]);

export const exportFormats: readonly string[] = [...formats.keys()];

/** The text of tables, in pieces that are made as they are asked for. */
export function* renderExport(
  tables: Iterable<ExportedTable>,
  format: string,
  options: CsvOptions,
): Generator<string> {
  const render = formats.get(format);
  if (render === undefined) throw new Error(`There is no format ${format}.`);
  let chunk = '';
  for (const table of tables) {
    for (const line of render(table, options)) {
      chunk += line;
      if (chunk.length < chunkChars) continue;
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}

/** A line of JSON for each row, with what it is in front. */
function* renderLines({ type, columns, rows }: ExportedTable): Generator<string> {
  const names = columns.map((column) => `,${JSON.stringify(column)}:`);
  const beginning = `{"type":${JSON.stringify(type)}`;
  for (const row of rows) {
    yield `${beginning}${row.map((value, index) => `${names[index]}${JSON.stringify(value)}`).join('')}}\n`;
  }
}

function* renderRecords({ columns, rows }: ExportedTable, options: CsvOptions): Generator<string> {
  yield renderCsvRecord(columns, options);
  for (const row of rows) yield renderCsvRecord(row, options);
}
