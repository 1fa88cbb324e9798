import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { analyzeSession } from '../../src/analysis/analyze-session.js';
import { renderJson } from '../../src/report/json.js';
import {
  describeReportSchema,
  type ReportJson,
  reportSchema,
} from '../../src/report/schema/report-schema.js';
import { eventfulReport } from '../support/eventful-report.js';
import { sampleFacts } from '../support/sample-facts.js';

const published = JSON.parse(
  readFileSync(new URL('../../dist/report.schema.json', import.meta.url), 'utf8'),
) as object;
const accepts = new Ajv2020({ strict: false }).compile(published);

function parse(json: string): ReportJson {
  return JSON.parse(json) as ReportJson;
}

describe('the published schema', () => {
  test('is the one of the sources', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(describeReportSchema())));
  });

  test.each([
    ['a session with something in every part', eventfulReport()],
    [
      'a session in which nothing was called',
      analyzeSession(sampleFacts({ scenarios: [], methods: [], declaredCapabilities: null })),
    ],
  ])('accepts the report of %s', (_subject, report) => {
    const json = parse(renderJson(report));
    expect(reportSchema.safeParse(json).error).toBeUndefined();
    expect(accepts(json), JSON.stringify(accepts.errors)).toBe(true);
  });

  test('refuses a report of another version, with a field too many, and with one too few', () => {
    const json = parse(renderJson(eventfulReport()));
    const { seed: _seed, ...session } = json.session;
    for (const other of [
      { ...json, reportVersion: 2 },
      { ...json, more: 1 },
      { ...json, session },
    ]) {
      expect(reportSchema.safeParse(other).success).toBe(false);
      expect(accepts(other)).toBe(false);
    }
  });
});
