import type { Profiler } from 'node:inspector';
import { fileURLToPath } from 'node:url';

/** A function with the time that was spent in it. */
export interface HotFunction {
  readonly name: string;
  /** Absolute path; `node:` and the module for the runtime's own code; empty for code without a file. */
  readonly path: string;
  /** Where the function begins in the text that ran, from 1. */
  readonly line: number;
  readonly column: number;
  /** Time in the function itself, without what it calls, in milliseconds over all iterations. */
  readonly selfMs: number;
  /** Of the time that was sampled and not idle, 0 to 1. */
  readonly selfShare: number;
  /** Time in the function and what it calls; recursion counts once. */
  readonly totalMs: number;
  readonly totalShare: number;
  /** Samples that found the thread in the function itself. */
  readonly samples: number;
}

/** What a sampling profiler saw of a piece of work. */
export interface Profile {
  readonly name: string;
  readonly iterations: number;
  readonly durationMs: number;
  readonly sampleIntervalUs: number;
  readonly samples: number;
  /** Time in JavaScript, the sum of all `selfMs`, also of functions that a limit left out. */
  readonly busyMs: number;
  readonly garbageCollectionMs: number;
  /** Time outside of JavaScript: native code of no function, and waiting, which Node does not tell apart dependably. */
  readonly outsideMs: number;
  /** Time of no sample: the machine ran something else, and what the thread would have been at is not known. */
  readonly unsampledMs: number;
  /** Time in the inspector itself, which starting and stopping a profile takes. */
  readonly profilerMs: number;
  /** Most time in themselves first. */
  readonly functions: readonly HotFunction[];
  /** Functions that the limit left out. */
  readonly leftOut: number;
}

interface Sum {
  readonly frame: Profiler.ProfileNode['callFrame'];
  selfUs: number;
  totalUs: number;
  samples: number;
}

const inspectorUrl = 'node:inspector';
/** A sample stands for at most so many intervals. A busy machine leaves longer gaps, which are nobody's time. */
const intervalsPerSampleMax = 5;
/** Names under which V8 reports what is no function. */
const states = new Set(['(root)', '(program)', '(idle)', '(garbage collector)']);

/** Adds up a CPU profile of V8 by function: a sample stands for the time until the next one, where that comes in time. */
export function readProfile(
  profile: Profiler.Profile,
  about: Pick<Profile, 'name' | 'iterations' | 'durationMs' | 'sampleIntervalUs'>,
  limit: number,
): Profile {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const sums = new Map<string, Sum>();
  const stateUs = new Map<string, number>();
  const samples = profile.samples ?? [];
  const deltas = profile.timeDeltas ?? [];
  const sampleUsMax = intervalsPerSampleMax * about.sampleIntervalUs;
  let busyUs = 0;
  let unsampledUs = 0;
  for (const [index, id] of samples.entries()) {
    // A clock that is set back during a sample gives a negative time.
    const gapUs = Math.max(0, deltas[index + 1] ?? 0);
    const us = Math.min(gapUs, sampleUsMax);
    unsampledUs += gapUs - us;
    const node = nodes.get(id);
    if (node === undefined) continue;
    const caller = nodes.get(parents.get(id) ?? -1)?.callFrame;
    const state = caller?.url === inspectorUrl ? 'inspector' : stateOf(node.callFrame);
    if (state !== undefined) {
      stateUs.set(state, (stateUs.get(state) ?? 0) + us);
      continue;
    }
    busyUs += us;
    const own = sumOf(sums, node.callFrame);
    own.selfUs += us;
    own.samples += 1;
    const counted = new Set<Sum>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = nodes.get(at)?.callFrame;
      if (frame === undefined || stateOf(frame) !== undefined) continue;
      const sum = sumOf(sums, frame);
      if (!counted.has(sum)) sum.totalUs += us;
      counted.add(sum);
    }
  }
  const ranked = [...sums.values()].sort((a, b) => b.selfUs - a.selfUs || b.totalUs - a.totalUs);
  const milliseconds = (state: string): number => (stateUs.get(state) ?? 0) / 1_000;
  return {
    ...about,
    samples: samples.length,
    busyMs: busyUs / 1_000,
    garbageCollectionMs: milliseconds('(garbage collector)'),
    outsideMs: milliseconds('(program)') + milliseconds('(idle)') + milliseconds('(root)'),
    unsampledMs: unsampledUs / 1_000,
    profilerMs: milliseconds('inspector'),
    functions: ranked.slice(0, limit).map((sum) => toHotFunction(sum, busyUs)),
    leftOut: Math.max(0, ranked.length - limit),
  };
}

/** What the thread is at when it is in none of the functions that a profile is about. */
function stateOf({ functionName, url }: Sum['frame']): string | undefined {
  if (url === inspectorUrl) return 'inspector';
  return url === '' && states.has(functionName) ? functionName : undefined;
}

function sumOf(sums: Map<string, Sum>, frame: Sum['frame']): Sum {
  const key = `${frame.functionName} ${frame.url} ${frame.lineNumber} ${frame.columnNumber}`;
  const known = sums.get(key);
  if (known !== undefined) return known;
  const made = { frame, selfUs: 0, totalUs: 0, samples: 0 };
  sums.set(key, made);
  return made;
}

function toHotFunction({ frame, selfUs, totalUs, samples }: Sum, busyUs: number): HotFunction {
  return {
    name: frame.functionName === '' ? '(anonymous)' : frame.functionName,
    path: frame.url.startsWith('file://') ? fileURLToPath(frame.url) : frame.url,
    line: frame.lineNumber + 1,
    column: frame.columnNumber + 1,
    selfMs: selfUs / 1_000,
    selfShare: busyUs === 0 ? 0 : selfUs / busyUs,
    totalMs: totalUs / 1_000,
    totalShare: busyUs === 0 ? 0 : totalUs / busyUs,
    samples,
  };
}
