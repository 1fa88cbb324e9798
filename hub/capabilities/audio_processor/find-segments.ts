import type { AudioSegment, DecodedAudio, PcmAudio } from './audio-types.js';
import { meanSquare } from './signal-measures.js';

export interface SegmentOptions {
  /** A window is silent below this level, in decibels of full scale. @default -40 */
  readonly thresholdDb?: number;
  /** Length of a window, and with it the accuracy of a border, in milliseconds. @default 10 */
  readonly windowMs?: number;
  /** A shorter silence belongs to the sound around it. @default 100 */
  readonly minSilenceMs?: number;
  /** A shorter sound belongs to the silence around it. @default 20 */
  readonly minSoundMs?: number;
}

interface Run {
  readonly isSound: boolean;
  readonly start: number;
  end: number;
}

/**
 * Cuts a signal into sound and silence by the level of its loudest channel in windows that do not overlap. The segments
 * are without gaps and alternate.
 */
export function findSegments(
  { pcm, source }: DecodedAudio,
  { thresholdDb, windowMs, minSilenceMs, minSoundMs }: Required<SegmentOptions>,
): readonly AudioSegment[] {
  const threshold = 10 ** (thresholdDb / 10);
  const length = pcm.channels[0]?.length ?? 0;
  const windowSize = Math.max(1, Math.round((windowMs / 1_000) * pcm.sampleRateHz));
  const inSamples = (durationMs: number): number => (durationMs / 1_000) * pcm.sampleRateHz;
  const runs: Run[] = [];
  for (let start = 0; start < length; start += windowSize) {
    const end = Math.min(start + windowSize, length);
    addRun(runs, { isSound: loudest(pcm, start, end) >= threshold, start, end });
  }
  const bridged = absorb(runs, (run) => !run.isSound && run.end - run.start < inSamples(minSilenceMs));
  const kept = absorb(bridged, (run) => run.isSound && run.end - run.start < inSamples(minSoundMs));
  return kept.map(({ isSound, start, end }) => ({
    kind: isSound ? 'sound' : 'silence',
    startS: start / pcm.sampleRateHz,
    endS: end / pcm.sampleRateHz,
    rms: Math.sqrt(loudest(pcm, start, end)),
    source,
  }));
}

/** Turns runs that are too short into their opposite, when there is something around them to belong to. */
function absorb(runs: readonly Run[], isTooShort: (run: Run) => boolean): readonly Run[] {
  if (runs.length < 2) return runs;
  const merged: Run[] = [];
  for (const run of runs) addRun(merged, isTooShort(run) ? { ...run, isSound: !run.isSound } : { ...run });
  return merged;
}

function addRun(runs: Run[], run: Run): void {
  const last = runs.at(-1);
  if (last?.isSound === run.isSound) last.end = run.end;
  else runs.push(run);
}

function loudest({ channels }: PcmAudio, start: number, end: number): number {
  return channels.reduce((most, channel) => Math.max(most, meanSquare(channel, start, end)), 0);
}
