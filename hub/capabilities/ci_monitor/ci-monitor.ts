import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Database } from 'better-sqlite3';
import { CapabilityError } from '../../errors.js';
import { guardState, openCapabilityState, type StateFile } from '../error_recovery/state-failure.js';
import {
  ciSchema,
  keepRun,
  keepTests,
  listRuns,
  repeatedOutcomes,
  takeDelivery,
  takeReport,
} from './ci-store.js';
import type {
  CiRun,
  FlakyEntry,
  IngestedReport,
  IngestedWebhook,
  ParsedWorkflow,
  TestOutcome,
} from './ci-types.js';
import { findFlaky } from './find-flaky.js';
import { readJUnit } from './read-junit.js';
import { fieldsOf, readRun, textOf } from './read-run.js';
import { readWorkflow } from './read-workflow.js';
import { verifySignature } from './verify-signature.js';

export interface CiMonitorOptions {
  readonly stateDirectory: string;
  /** How long a statement waits for another connection's lock, in milliseconds. @default 5000 */
  readonly lockTimeoutMs?: number;
  /** Signs the messages that come; without one, each call has to give its own. */
  readonly webhookSecret?: string;
}

const largestBodyBytes = 26_214_400;

/**
 * Keeps what a continuous integration tells: messages of GitHub's webhooks and test reports in JUnit's form. Finds what
 * passes and fails on the same commit, and reads workflow files.
 *
 * Every method that touches the state throws CapabilityError STATE_CORRUPT, STATE_LOCKED or TOOL_FAILED when it cannot be used.
 */
export class CiMonitor {
  readonly #file: StateFile;
  readonly #database: Database;
  readonly #webhookSecret: string | undefined;

  constructor(options: CiMonitorOptions) {
    this.#file = { ...options, capability: 'ci_monitor' };
    this.#webhookSecret = options.webhookSecret;
    this.#database = openCapabilityState(this.#file, ciSchema);
  }

  /**
   * Takes a message of a webhook. Nothing of it is read before its signature was checked.
   *
   * @param headers as node:http gives them, names in any case
   * @param body the bytes as they came
   * @throws CapabilityError BAD_INPUT without a secret, for a wrong signature, more than 25 MiB, no event, or no JSON object
   */
  ingestWebhook(
    headers: IncomingHttpHeaders,
    body: string | Uint8Array,
    options: { readonly secret?: string } = {},
  ): IngestedWebhook {
    const secret = options.secret ?? this.#webhookSecret;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    if (secret === undefined || secret === '') {
      throw new CapabilityError('BAD_INPUT', 'No secret is set, so that anybody could send this. Give one.');
    }
    if (bytes.byteLength > largestBodyBytes) {
      throw new CapabilityError('BAD_INPUT', `The message is larger than ${largestBodyBytes} bytes.`);
    }
    verifySignature(secret, bytes, headerOf(headers, 'x-hub-signature-256'));
    const event = headerOf(headers, 'x-github-event');
    if (event === undefined) throw new CapabilityError('BAD_INPUT', 'The message has no x-github-event.');
    const payload = parsePayload(bytes);
    const delivery =
      headerOf(headers, 'x-github-delivery') ?? createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    const action = textOf(payload.action);
    const told = {
      event,
      ...(action === undefined ? {} : { action }),
      source: `webhook ${event} ${delivery}`,
    };
    const run = readRun(event, payload);
    return this.#write('keep a message', (): IngestedWebhook => {
      if (!takeDelivery(this.#database, delivery, Date.now())) return { ...told, outcome: 'duplicate' };
      if ('reason' in run) return { ...told, outcome: 'ignored', reason: run.reason };
      keepRun(this.#database, run, told.source, Date.now());
      return { ...told, outcome: 'recorded', run };
    });
  }

  /**
   * Takes a test report. The same report of the same commit and source is taken once.
   *
   * @param about the commit that was tested, and the run or file that the report is from
   * @throws CapabilityError BAD_INPUT for an empty commit or source, or what is no report
   */
  async ingestJUnit(
    xml: string,
    about: { readonly commit: string; readonly source: string },
  ): Promise<IngestedReport> {
    const { commit, source } = about;
    if (commit.trim() === '' || source.trim() === '') {
      throw new CapabilityError('BAD_INPUT', 'A report needs the commit that was tested, and its source.');
    }
    const tests = await readJUnit(xml);
    const digest = createHash('sha256')
      .update(JSON.stringify([commit, source, xml]))
      .digest('hex');
    const isNew = this.#write('keep a report', () => {
      const taken = takeReport(this.#database, digest, source, Date.now());
      if (taken) keepTests(this.#database, tests, commit, source, Date.now());
      return taken;
    });
    const count = (outcome: TestOutcome) => tests.filter((test) => test.outcome === outcome).length;
    return {
      outcome: isNew ? 'recorded' : 'duplicate',
      source,
      commit,
      tests: tests.length,
      passed: count('passed'),
      failed: count('failed'),
      errored: count('errored'),
      skipped: count('skipped'),
      durationMs: tests.reduce((sum, { durationMs }) => sum + durationMs, 0),
      failures: tests.filter(({ outcome }) => outcome === 'failed' || outcome === 'errored'),
    };
  }

  /**
   * Reads a workflow file of GitHub Actions. What is wrong with it is in `errors`, the rest beside it.
   *
   * @throws CapabilityError BAD_INPUT for a file that is too large or has too many aliases
   */
  async parseWorkflow(yaml: string, options: { readonly path?: string } = {}): Promise<ParsedWorkflow> {
    return readWorkflow(yaml, options.path ?? 'workflow.yml');
  }

  /** Tests and runs that passed and failed on the same commit, the most failures first. */
  flaky(): readonly FlakyEntry[] {
    return this.#guard('look for flaky tests', () => findFlaky(repeatedOutcomes(this.#database)));
  }

  /** The runs that messages told of, the newest first. */
  runs(limit = 100): readonly CiRun[] {
    return this.#guard('list its runs', () => listRuns(this.#database, limit));
  }

  /** Closes the state. */
  dispose(): void {
    this.#database.close();
  }

  #write<Result>(action: string, operation: () => Result): Result {
    return this.#guard(action, () => this.#database.transaction(operation).immediate());
  }

  #guard<Result>(action: string, operation: () => Result): Result {
    return guardState(this.#file, action, operation);
  }
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return textOf(Array.isArray(value) ? value[0] : value);
}

function parsePayload(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const payload: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) return fieldsOf(payload);
  } catch (error) {
    throw new CapabilityError('BAD_INPUT', 'The message is no JSON. Let the webhook send application/json.', {
      cause: error,
    });
  }
  throw new CapabilityError('BAD_INPUT', 'The message is JSON, but no object.');
}
