import { CapabilityError } from '../../errors.js';
import type { JsonValue } from '../error_recovery/recovery-types.js';
import type { BackgroundTasks } from './background-tasks.js';

/** What the rules ask of the capabilities that they put to work; each left out leaves its rule out. */
export interface FileChangeParts {
  /** Brings an index up to date, as code_search.update. */
  readonly reindex?: (paths: readonly string[]) => Promise<JsonValue>;
  /** Scans a file, as security_scanner.scanFiles. */
  readonly scan?: (path: string) => Promise<JsonValue>;
  /** Reviews a file, as code_review_learner.check. */
  readonly review?: (path: string) => Promise<JsonValue>;
}

/**
 * Puts the three rules for event `file_changed` and their handlers in place: the file is indexed again first, then scanned,
 * then reviewed. Changes of one file that come before it was begun are one task. Gives back what takes the rules away.
 *
 * @throws CapabilityError BAD_INPUT when a rule or handler is there already
 */
export function followFileChanges(
  tasks: Pick<BackgroundTasks, 'handle' | 'on'>,
  parts: FileChangeParts,
): () => void {
  const { reindex, scan, review } = parts;
  const steps = [
    { type: 'reindex_file', priority: 30, work: reindex && ((path: string) => reindex([path])) },
    { type: 'scan_file', priority: 20, work: scan },
    { type: 'review_file', priority: 10, work: review },
  ];
  const ends = steps.flatMap(({ type, priority, work }) => {
    if (work === undefined) return [];
    tasks.handle(type, (payload) => work(pathOf(payload)));
    return [
      tasks.on('file_changed', {
        name: type,
        type,
        priority,
        coalesceKey: ({ detail }) => pathOf(detail),
      }),
    ];
  });
  return () => {
    for (const end of ends) end();
  };
}

function pathOf(detail: JsonValue): string {
  if (typeof detail === 'object' && detail !== null && 'path' in detail && typeof detail.path === 'string') {
    return detail.path;
  }
  throw new CapabilityError('BAD_INPUT', 'The detail of event "file_changed" is { path }, a file.');
}
