// Writes the JSON Schema of a report beside the build, so that the package publishes it.
import { writeFileSync } from 'node:fs';
import { describeReportSchema } from '../dist/src/report/schema/report-schema.js';

writeFileSync(
  new URL('../dist/report.schema.json', import.meta.url),
  `${JSON.stringify(describeReportSchema(), null, 2)}\n`,
);
