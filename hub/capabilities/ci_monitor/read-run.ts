import type { CiRun, CiRunKind } from './ci-types.js';

type Fields = Readonly<Record<string, unknown>>;

const kinds: readonly CiRunKind[] = [
  'workflow_run',
  'workflow_job',
  'check_run',
  'check_suite',
  'status',
  'deployment_status',
];

/** The run that a message tells of; a reason when it tells of none. */
export function readRun(event: string, payload: Fields): CiRun | { readonly reason: string } {
  const kind = kinds.find((known) => known === event);
  if (kind === undefined) return { reason: `Event "${event}" tells of no run.` };
  const subject = kind === 'status' ? payload : fieldsOf(payload[kind]);
  const id = numberOrText(subject.id);
  if (id === undefined) return { reason: `The message has no ${kind} with an id.` };
  const deployment = fieldsOf(payload.deployment);
  const suite = fieldsOf(subject.check_suite);
  const commit = textOf(subject.head_sha) ?? textOf(subject.sha) ?? textOf(deployment.sha);
  const branch =
    textOf(subject.head_branch) ??
    textOf(suite.head_branch) ??
    textOf(deployment.ref) ??
    firstBranch(subject);
  const startedAt = timeOf(subject.run_started_at ?? subject.started_at ?? subject.created_at);
  const { status, conclusion } = endOf(subject);
  const completedAt =
    timeOf(subject.completed_at) ?? (conclusion === undefined ? undefined : timeOf(subject.updated_at));
  const durationMs =
    startedAt === undefined || completedAt === undefined
      ? undefined
      : Math.max(0, Date.parse(completedAt) - Date.parse(startedAt));
  return {
    kind,
    id,
    attempt: typeof subject.run_attempt === 'number' ? subject.run_attempt : 1,
    name: nameOf(subject, fieldsOf(subject.app)) ?? kind,
    repository: textOf(fieldsOf(payload.repository).full_name) ?? '',
    ...(commit === undefined ? {} : { commit }),
    ...(branch === undefined ? {} : { branch }),
    status,
    ...(conclusion === undefined ? {} : { conclusion }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(completedAt === undefined ? {} : { completedAt }),
    ...(durationMs === undefined ? {} : { durationMs }),
    failedSteps: failedSteps(subject.steps),
  };
}

/** Statuses and deployments have one `state` in place of status and conclusion. */
function endOf(subject: Fields): { readonly status: string; readonly conclusion?: string } {
  const state = textOf(subject.state);
  if (state === undefined) {
    const conclusion = textOf(subject.conclusion);
    return {
      status: textOf(subject.status) ?? 'unknown',
      ...(conclusion === undefined ? {} : { conclusion }),
    };
  }
  const isUnderWay = ['pending', 'queued', 'in_progress', 'waiting'].includes(state);
  return isUnderWay ? { status: state } : { status: 'completed', conclusion: state };
}

function nameOf(subject: Fields, app: Fields): string | undefined {
  return (
    textOf(subject.context) ??
    textOf(subject.name) ??
    textOf(subject.environment) ??
    textOf(app.name) ??
    undefined
  );
}

function firstBranch(subject: Fields): string | undefined {
  return Array.isArray(subject.branches) ? textOf(fieldsOf(subject.branches[0]).name) : undefined;
}

function failedSteps(steps: unknown): readonly string[] {
  if (!Array.isArray(steps)) return [];
  return steps
    .map(fieldsOf)
    .filter((step) => ['failure', 'cancelled', 'timed_out'].includes(String(step.conclusion)))
    .map((step) => textOf(step.name) ?? 'a step without a name');
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOrText(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : textOf(value);
}

/** A time in any notation that the platform sends, as ISO 8601. */
function timeOf(value: unknown): string | undefined {
  const atMs = typeof value === 'number' ? value * 1_000 : Date.parse(textOf(value) ?? '');
  return Number.isFinite(atMs) && Math.abs(atMs) < 8.64e15 ? new Date(atMs).toISOString() : undefined;
}
