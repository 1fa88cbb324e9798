import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Step, WorkflowJob } from '@actions/workflow-parser/model/workflow-template';
import type { TemplateContext } from '@actions/workflow-parser/templates/template-context';
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/index';
import { CapabilityError, Unavailable } from '../../errors.js';
import type { ParsedWorkflow, WorkflowError, WorkflowJobPlan, WorkflowStep } from './ci-types.js';

const largestCharacters = 524_288;
const mostAliases = 20;

/**
 * Jobs and steps of a workflow file of GitHub Actions, and what is wrong with it, by the schema of GitHub's own parser.
 *
 * @throws CapabilityError BAD_INPUT for more than 512 thousand characters or 20 YAML aliases, which may grow without bound
 */
export async function readWorkflow(yaml: string, source: string): Promise<ParsedWorkflow> {
  const aliases = yaml.match(/(?:^|[\s[{,:-])\*[^\s\]},*]+/g)?.length ?? 0;
  if (yaml.length > largestCharacters || aliases > mostAliases) {
    throw new CapabilityError(
      'BAD_INPUT',
      `${source} has ${yaml.length} characters and ${aliases} aliases. At most ${largestCharacters} and ${mostAliases} are read.`,
    );
  }
  parser ??= loadParser();
  const { createContext, YamlObjectReader, readTemplate, WORKFLOW_ROOT, convertOn, convertJobs } =
    await parser;
  const context = createContext();
  const fileId = context.getFileId(source);
  const reader = new YamlObjectReader(fileId, yaml);
  for (const { message, range } of reader.errors) context.error(fileId, message, range);
  let name: string | undefined;
  let events: readonly string[] = [];
  let jobs: readonly WorkflowJobPlan[] = [];
  if (reader.errors.length === 0) {
    const root = readTemplate(context, WORKFLOW_ROOT, reader, fileId);
    for (const { key, value } of entriesOf(context, root)) {
      if (key === 'name') name = value.toString();
      if (key === 'on') events = Object.keys(attempt(context, value, () => convertOn(context, value)) ?? {});
      if (key === 'jobs') {
        jobs = (attempt(context, value, () => convertJobs(context, value)) ?? []).map(toPlan);
      }
    }
  }
  return {
    source,
    ...(name === undefined ? {} : { name }),
    events,
    jobs,
    errors: context.errors.getErrors().map((error): WorkflowError => {
      const start = error.range?.start;
      return {
        message: error.rawMessage ?? error.message,
        ...(start === undefined ? {} : { line: start.line, column: start.column }),
      };
    }),
  };
}

function entriesOf(
  context: TemplateContext,
  root: TemplateToken | undefined,
): readonly { readonly key: string; readonly value: TemplateToken }[] {
  const mapping = root && attempt(context, root, () => root.assertMapping('workflow'));
  return [...(mapping ?? [])].map(({ key, value }) => ({ key: key.toString(), value }));
}

/** What cannot be converted is an error of the file, beside those that the schema finds. */
function attempt<Result>(
  context: TemplateContext,
  token: TemplateToken,
  convert: () => Result,
): Result | undefined {
  try {
    return convert();
  } catch (error) {
    // A shape that the schema has refused already need not be told of twice.
    if (context.errors.count === 0) context.error(token, error);
    return undefined;
  }
}

function toPlan(job: WorkflowJob): WorkflowJobPlan {
  const condition = job.if?.toString();
  const runsOn = job.type === 'job' ? job['runs-on']?.toString() : undefined;
  return {
    id: job.id.value,
    name: job.name?.toString() ?? job.id.value,
    needs: (job.needs ?? []).map(({ value }) => value),
    ...(condition === undefined ? {} : { if: condition }),
    ...(runsOn === undefined ? {} : { runsOn }),
    ...(job.type === 'reusableWorkflowJob' ? { calls: job.ref.value } : {}),
    steps: job.type === 'job' ? job.steps.map(toStep) : [],
  };
}

function toStep(step: Step): WorkflowStep {
  const name = step.name?.toString();
  const condition = step.if?.toString();
  return {
    // The parser makes ids that begin with two underscores for steps that have none.
    ...(step.id.startsWith('__') ? {} : { id: step.id }),
    ...(name === undefined ? {} : { name }),
    ...('uses' in step ? { uses: step.uses.toString() } : {}),
    ...('run' in step ? { run: step.run.toString() } : {}),
    ...(condition === undefined ? {} : { if: condition }),
  };
}

let parser: ReturnType<typeof loadParser> | undefined;

/**
 * The parser's parts one by one: its entry imports JSON without an import attribute, which Node refuses, so that the
 * schema is read from its file here.
 */
async function loadParser() {
  const [context, reader, constants, yaml, json, schemas, jobs, events, trace] = await Promise.all([
    import('@actions/workflow-parser/templates/template-context'),
    import('@actions/workflow-parser/templates/template-reader'),
    import('@actions/workflow-parser/workflows/workflow-constants'),
    import('@actions/workflow-parser/workflows/yaml-object-reader'),
    import('@actions/workflow-parser/templates/json-object-reader'),
    import('@actions/workflow-parser/templates/schema/index'),
    import('@actions/workflow-parser/model/converter/jobs'),
    import('@actions/workflow-parser/model/converter/events'),
    import('@actions/workflow-parser/templates/trace-writer'),
  ]);
  const text = readFileSync(schemaPath(), 'utf8');
  const schema = schemas.TemplateSchema.load(new json.JSONObjectReader(undefined, text));
  return {
    createContext: () =>
      new context.TemplateContext(
        new context.TemplateValidationErrors(),
        schema,
        new trace.NoOperationTraceWriter(),
      ),
    YamlObjectReader: yaml.YamlObjectReader,
    readTemplate: reader.readTemplate,
    WORKFLOW_ROOT: constants.WORKFLOW_ROOT,
    convertOn: events.convertOn,
    convertJobs: jobs.convertJobs,
  };
}

function schemaPath(): string {
  const folders = createRequire(import.meta.url).resolve.paths('@actions/workflow-parser') ?? [];
  const path = folders
    .map((folder) => join(folder, '@actions/workflow-parser/dist/workflow-v1.0.min.json'))
    .find((candidate) => existsSync(candidate));
  if (path !== undefined) return path;
  throw new Unavailable('The schema of @actions/workflow-parser is not there. Install version 0.3 of it.');
}
