import { describe, expect, test } from 'vitest';
import { repeatCommand } from '../../src/report/reproduce.js';
import { sparkline } from '../../src/report/sparkline.js';
import { showsUnicode, wantsColors } from '../../src/report/terminal-kind.js';
import { sampleScenario } from '../support/sample-facts.js';

describe('colours', () => {
  const person = { isTTY: true };

  test.each([
    [{}, person, true],
    [{}, { isTTY: false }, false],
    [{ NO_COLOR: '1' }, person, false],
    [{ NO_COLOR: '', FORCE_COLOR: '1' }, { isTTY: false }, true],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, person, false],
    [{ FORCE_COLOR: '0' }, person, true],
  ])('under %j on %j: %s', (variables, stream, wanted) => {
    expect(wantsColors(stream, true, variables)).toBe(wanted);
  });

  test('are not there where the terminal knows none', () => {
    expect(wantsColors(person, false, {})).toBe(false);
  });
});

test.each([
  [{ TERM: 'xterm-256color' }, 'linux', true],
  [{ TERM: 'linux' }, 'linux', false],
  [{}, 'win32', false],
  [{ WT_SESSION: 'x' }, 'win32', true],
  [{ TERM_PROGRAM: 'vscode' }, 'win32', true],
] as const)('block characters under %j on %s: %s', (variables, platform, shown) => {
  expect(showsUnicode(variables, platform)).toBe(shown);
});

test('a sparkline is level where nothing changes, and has gaps where nothing is known', () => {
  expect(sparkline([5, 5, 5])).toBe('▁▁▁');
  expect(sparkline([1, null, 8])).toBe('▁ █');
  expect(sparkline([1, 4, 8], false)).toBe('_~#');
  expect(sparkline([null])).toBe(' ');
  expect(sparkline([])).toBe('');
});

test('the command that repeats a scenario is quoted where a shell would take its path apart', () => {
  expect(repeatCommand(sampleScenario({ file: 'a/b.realworld.ts', line: 3 }))).toBe(
    'npx vitest run --project realworld a/b.realworld.ts:3',
  );
  expect(repeatCommand(sampleScenario({ file: "it's $(here).ts", line: null }))).toBe(
    "npx vitest run --project realworld 'it'\\''s $(here).ts'",
  );
});
