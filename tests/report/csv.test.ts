import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderCsvRecord } from '../../src/report/csv.js';

/** Reads one record of RFC 4180, with null for a cell that is empty and not quoted. */
function readRecord(text: string): readonly (string | null)[] {
  const cells: (string | null)[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n$)/gy;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, quoted, plain] = match;
    cells.push(quoted?.replaceAll('""', '"') ?? (plain === '' || plain === undefined ? null : plain));
    if (pattern.lastIndex === text.length) return cells;
  }
  throw new Error(`This is no record: ${text}`);
}

describe('a record of CSV', () => {
  test('is read back as it was by the rules of RFC 4180', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"', ',', '\r\n', '"",\n', ' a '),
      fc.constant(null),
    );
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (cells) => {
        expect(readRecord(renderCsvRecord(cells, { raw: true }))).toEqual(cells);
      }),
    );
  });

  test('guards what a spreadsheet would carry out and leaves numbers alone', () => {
    const cells = ['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\tx', '\rx', '-5', '+1.5e3', '-.5', -7, 'a=b', ''];
    expect(renderCsvRecord(cells, { raw: false })).toBe(
      `'=1+1,'+cmd,'-2+3,'@SUM(A1),'\tx,"'\rx",-5,+1.5e3,-.5,-7,a=b,""\r\n`,
    );
    expect(renderCsvRecord(['=1+1', null, 2], { raw: true })).toBe('=1+1,,2\r\n');
  });

  test('never lets a text begin with what a spreadsheet carries out, whatever it is', () => {
    fc.assert(
      fc.property(fc.constantFrom('=', '+', '-', '@', '\t', '\r'), fc.string(), (beginning, rest) => {
        const [cell = ''] = readRecord(renderCsvRecord([`${beginning}${rest}`], { raw: false }));
        expect(cell?.startsWith("'") === true || !Number.isNaN(Number(cell))).toBe(true);
      }),
    );
  });
});
