import { expect, test } from 'vitest';
import { describePassed } from '../../src/report/passed-scenarios.js';

test('a skipped scenario is not one that failed', () => {
  expect(describePassed([{ outcome: 'passed' }, { outcome: 'skipped' }])).toEqual({
    passed: '1 of 1',
    skipped: '1 skipped',
  });
  expect(describePassed([{ outcome: 'passed' }, { outcome: 'crashed' }, { outcome: 'stopped' }])).toEqual({
    passed: '1 of 3',
    skipped: '',
  });
});
