import { stat } from 'node:fs/promises';
import {
  estimatePercentile,
  type PercentileEstimate,
} from '../../analysis/statistics/percentile-interval.js';
import type { Clock } from '../../clock.js';
import { messageOf, RealWorldError } from '../../errors.js';
import { percentileMs } from '../../latency-distribution.js';
import { LatencyTally } from '../load/latency-tally.js';
import { compareSnapshots, type FileSnapshot, takeSnapshot, timeGrainMs } from './file-snapshot.js';
import { type FileChange, type FileWatchOptions, ignoreByDefault } from './file-watch-options.js';
import { FolderWatchers, type WatchFolder } from './folder-watchers.js';
import type { Timers } from './run-schedule.js';

export interface FileWatchResult {
  /** Changes that were handed to `onChange`. */
  readonly changes: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly batches: number;
  /** Changes that only a look at all files found, while the operating system was to tell of them. */
  readonly missedEvents: number;
  /** `polling`: the operating system did not, or not to the end, tell of changes; they were looked for. */
  readonly watching: 'events' | 'polling';
  readonly fallbackReason: string | null;
  /** Files at the last look. */
  readonly files: number;
  /** False when there were more files than may be watched. */
  readonly complete: boolean;
  /** From the change of a file to the end of its handling; `count` is of those whose moment is known. */
  readonly reactionTime: {
    readonly count: number;
    readonly medianMs: number | null;
    readonly p95: PercentileEstimate | null;
    readonly maxMs: number | null;
  };
}

export interface FileWatchSurroundings {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly watchFolder?: WatchFolder;
}

const changesMax = 1_000;
/** An event may come so much later than the look that saw the change, in milliseconds. */
const eventGraceMs = 200;
/** A stream of events without a pause is handled after so many times the debounce. */
const debouncesMax = 10;

/**
 * Watches the files below a folder. What the operating system tells only says when to look: what has changed is found by comparing all
 * files with the last look, at each batch and at the end, so no change is lost. One that is written at the very moment of a look can be
 * handed over twice.
 */
export class FileWatch {
  readonly #options: Required<FileWatchOptions>;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #watchers: FolderWatchers;
  readonly #reactions = new LatencyTally();
  readonly #counts = { added: 0, changed: 0, removed: 0, batches: 0, missed: 0 };
  /** What the operating system named since the last look, and when. */
  #told = new Map<string, number>();
  /** Changes that were found before the operating system told of them, if it ever does, and when. */
  readonly #untold = new Map<string, number>();
  #last: FileSnapshot | null = null;
  #wake: (() => void) | null = null;
  #over = false;
  #events = 0;

  constructor(options: FileWatchOptions, { clock, timers, watchFolder }: FileWatchSurroundings) {
    this.#options = {
      debounceMs: 100,
      pollMs: 1_000,
      ignore: ignoreByDefault,
      filesMax: 100_000,
      ...options,
    };
    this.#clock = clock;
    this.#timers = timers;
    this.#watchers = new FolderWatchers(options.root, (path) => this.#noteEvent(path), watchFolder);
  }

  /** Takes the first look. @throws RealWorldError `ENGINE_INVALID` for a root that is not a folder */
  async begin(): Promise<void> {
    const { root } = this.#options;
    const found = await stat(root).catch((thrown: unknown) => {
      throw new RealWorldError('ENGINE_INVALID', `files.root cannot be watched: ${messageOf(thrown)}`, {
        cause: thrown,
      });
    });
    if (!found.isDirectory())
      throw new RealWorldError('ENGINE_INVALID', `files.root "${root}" is not a folder.`);
    this.#last = await this.#look();
  }

  /** Handles changes until the signal aborts. @param handle as `onChange`; what it throws ends the watch */
  async follow(handle: (changes: readonly FileChange[]) => Promise<void>, end: AbortSignal): Promise<void> {
    const wake = (): void => this.#wake?.();
    end.addEventListener('abort', wake, { once: true });
    try {
      while (!end.aborted) {
        if (this.#watchers.failure === null) await this.#nextBatch(end);
        else await this.#timers.pause(this.#options.pollMs, end);
        if (!end.aborted) await this.#handleChanges(handle);
      }
    } finally {
      end.removeEventListener('abort', wake);
    }
  }

  /** A last look, for what was not told or not handled yet. */
  async finish(handle: (changes: readonly FileChange[]) => Promise<void>): Promise<void> {
    await this.#handleChanges(handle);
    if (this.#untold.size > 0) await this.#timers.pause(eventGraceMs, new AbortController().signal);
    this.#countMissed(0);
  }

  /** Watches no more; may be called at any time, and again. */
  close(): void {
    this.#over = true;
    this.#watchers.close();
  }

  result(): FileWatchResult {
    const { added, changed, removed, batches, missed } = this.#counts;
    const reactions = this.#reactions.distribution();
    const known = reactions.count > 0;
    return {
      changes: added + changed + removed,
      added,
      changed,
      removed,
      batches,
      missedEvents: missed,
      watching: this.#watchers.failure === null ? 'events' : 'polling',
      fallbackReason: this.#watchers.failure,
      files: this.#last?.files.size ?? 0,
      complete: this.#last?.complete ?? true,
      reactionTime: {
        count: reactions.count,
        medianMs: known ? percentileMs(reactions, 0.5) : null,
        p95: known ? estimatePercentile(reactions, 0.95) : null,
        maxMs: known ? this.#reactions.maxMs : null,
      },
    };
  }

  #noteEvent(path: string): void {
    if (this.#over || (path !== '' && this.#options.ignore(path))) return;
    this.#events++;
    const foundAtMs = this.#untold.get(path);
    const nowMs = this.#clock.monotonicMs();
    if (foundAtMs !== undefined && nowMs - foundAtMs <= eventGraceMs) this.#untold.delete(path);
    if (!this.#told.has(path)) this.#told.set(path, nowMs);
    this.#wake?.();
  }

  /** Waits for an event, and then until no other has come for the time of the debounce. */
  async #nextBatch(end: AbortSignal): Promise<void> {
    if (this.#told.size === 0 && !end.aborted) {
      await new Promise<void>((settle) => {
        this.#wake = settle;
      });
      this.#wake = null;
    }
    for (let rounds = 0; rounds < debouncesMax; rounds++) {
      const before = this.#events;
      await this.#timers.pause(this.#options.debounceMs, end);
      if (this.#events === before) break;
    }
  }

  async #look(): Promise<FileSnapshot> {
    const { root, ignore, filesMax } = this.#options;
    const folders = new Set<string>();
    const snapshot = await takeSnapshot({
      root,
      ignore,
      filesMax,
      onFolder: (path) => {
        folders.add(path);
        if (!this.#over) this.#watchers.add(path);
      },
    });
    this.#watchers.keep(folders);
    return snapshot;
  }

  async #handleChanges(handle: (changes: readonly FileChange[]) => Promise<void>): Promise<void> {
    const told = this.#told;
    this.#told = new Map();
    const earlier = this.#last;
    const later = await this.#look();
    this.#last = later;
    if (earlier === null) return;
    const changes = compareSnapshots(earlier, later, new Set(told.keys()));
    this.#countMissed(eventGraceMs);
    if (this.#watchers.failure === null) {
      const foundAtMs = this.#clock.monotonicMs();
      for (const { path } of changes) {
        if (!told.has(path) && !this.#told.has(path)) this.#untold.set(path, foundAtMs);
      }
    }
    for (let first = 0; first < changes.length; first += changesMax) {
      const batch = changes.slice(first, first + changesMax);
      this.#counts.batches++;
      for (const { kind } of batch) this.#counts[kind]++;
      await handle(batch);
      for (const change of batch) this.#noteReaction(change, earlier, later, told.get(change.path));
    }
  }

  /** The moment of a change is the file's own where it can be, and else that of the event. */
  #noteReaction(
    { path }: FileChange,
    earlier: FileSnapshot,
    later: FileSnapshot,
    toldAtMs: number | undefined,
  ): void {
    const mark = later.files.get(path);
    const nowMs = Date.now();
    // A copied file may keep the time of its original.
    const isOwn =
      mark !== undefined && mark.mtimeMs >= earlier.beganAtMs - timeGrainMs && mark.mtimeMs <= nowMs;
    if (isOwn) this.#reactions.record(nowMs - mark.mtimeMs);
    else if (toldAtMs !== undefined) this.#reactions.record(this.#clock.monotonicMs() - toldAtMs);
  }

  #countMissed(olderThanMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [path, foundAtMs] of this.#untold) {
      if (nowMs - foundAtMs < olderThanMs) continue;
      this.#counts.missed++;
      this.#untold.delete(path);
    }
  }
}
