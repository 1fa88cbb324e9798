import { expect, test } from 'vitest';
import { nearestName } from '../src/nearest-name.js';

test.each([
  ['serach', ['index', 'search'], 'search'],
  ['SEARCH', ['index', 'search'], 'search'],
  ['find', ['findAll', 'bind'], 'findAll'],
  ['databaseFile', ['directory', 'database'], 'database'],
  ['qqqqqq', ['index', 'search'], null],
  ['anything', [], null],
])('of %s among %j is %j', (given, known, nearest) => {
  expect(nearestName(given, known)).toBe(nearest);
});
