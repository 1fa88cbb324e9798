import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnsOf, padColumns, toPlainText, truncate, wrap } from '../../src/report/plain-text.js';

const text = fc.string({ unit: fc.constantFrom('漢', '🦊', 'é', ' ', 'x', 'word'), maxLength: 200 });
const width = fc.integer({ min: 2, max: 90 });

test('a text from outside becomes one line without what a terminal acts on', () => {
  const esc = String.fromCharCode(27);
  expect(toPlainText(`a${esc}[31m\r\nb\tc\u202e\u2028d `)).toBe('a [31m b c d');
});

test('columns count wide characters twice', () => {
  expect([columnsOf('abc'), columnsOf('漢字'), columnsOf('🦊x'), columnsOf('é')]).toEqual([3, 4, 3, 1]);
});

describe('truncating', () => {
  test('leaves what fits and marks what was cut', () => {
    expect(truncate('abcde', 5)).toBe('abcde');
    expect(truncate('abcdef', 5)).toBe('abcd…');
    expect(truncate('漢字漢字', 5)).toBe('漢字…');
  });

  test('never exceeds the width nor breaks a character', () => {
    fc.assert(
      fc.property(text, width, (given, columns) => {
        const cut = truncate(given, columns);
        expect(columnsOf(cut)).toBeLessThanOrEqual(columns);
        expect(Buffer.from(cut).toString()).toBe(cut);
      }),
    );
  });
});

test('padding fills up to the width in columns', () => {
  expect(padColumns('漢', 4)).toBe('漢  ');
  expect(padColumns('abcdef', 4)).toBe('abcdef');
});

test('wrapping keeps every word in order within the width', () => {
  fc.assert(
    fc.property(text, width, (given, columns) => {
      const lines = wrap(given, columns);
      for (const line of lines) {
        expect(columnsOf(line)).toBeLessThanOrEqual(columns);
        expect(Buffer.from(line).toString()).toBe(line);
      }
      expect(lines.join('').replaceAll(' ', '')).toBe(given.replaceAll(' ', ''));
    }),
  );
});
