import { setImmediate as breathe } from 'node:timers/promises';
import type { AudioFeatures, DecodedAudio, FrameFeatures } from './audio-types.js';
import { meanSquare, mixChannels } from './signal-measures.js';

/** The part of meyda's object that is used; its settings are fields, shared by everyone in the process. */
interface Meyda {
  bufferSize: number;
  sampleRate: number;
  windowingFunction: string;
  extract(features: readonly string[], signal: Float32Array): Readonly<Record<string, unknown>> | null;
}

export interface FrameOptions {
  /** Samples of a frame, a power of two. */
  readonly frameSize: number;
  /** Samples from one frame to the next. */
  readonly hopSize: number;
  readonly signal: AbortSignal | undefined;
}

/** Frames that are measured before others in the process get their turn. */
const framesAtOnce = 200;
const mfccCount = 13;

/**
 * Level and crossings are counted over the whole signal; the spectrum is meyda's, of frames under a Hann window, of the
 * mean of the channels.
 */
export async function measureFeatures(
  { pcm, source, warnings }: DecodedAudio,
  { frameSize, hopSize, signal }: FrameOptions,
): Promise<AudioFeatures> {
  const meyda = (await import('meyda')).default as unknown as Meyda;
  const mix = mixChannels(pcm);
  const frames: FrameFeatures[] = [];
  const mfccSum = new Array<number>(mfccCount).fill(0);
  const lastStart = Math.max(0, mix.length - frameSize);
  for (let start = 0; start <= lastStart && mix.length > 0; start += hopSize) {
    const frame = new Float32Array(frameSize);
    frame.set(mix.subarray(start, start + frameSize));
    const { centroidBin, mfcc } = extractSpectrum(meyda, frame, pcm.sampleRateHz);
    for (const [index, value] of mfcc.entries()) mfccSum[index] = (mfccSum[index] ?? 0) + value;
    frames.push({
      startS: start / pcm.sampleRateHz,
      rms: Math.sqrt(meanSquare(mix, start, Math.min(start + frameSize, mix.length))),
      centroidHz: Number.isFinite(centroidBin) ? (centroidBin * pcm.sampleRateHz) / frameSize : null,
    });
    if (frames.length % framesAtOnce === 0) {
      await breathe();
      signal?.throwIfAborted();
    }
  }
  const centroids = frames.flatMap(({ centroidHz }) => (centroidHz === null ? [] : [centroidHz]));
  return {
    sampleRateHz: pcm.sampleRateHz,
    channels: pcm.channels.length,
    durationS: mix.length / pcm.sampleRateHz,
    rms: Math.sqrt(mean(pcm.channels.map((channel) => meanSquare(channel, 0, channel.length)))),
    peak: pcm.channels.reduce((most, channel) => Math.max(most, peakOf(channel)), 0),
    zcr: mean(pcm.channels.map(crossingRate)),
    centroidHz: centroids.length === 0 ? null : mean(centroids),
    mfcc: mfccSum.map((sum) => (frames.length === 0 ? 0 : sum / frames.length)),
    frames,
    warnings,
    source,
  };
}

/** Meyda's settings are put back, because others may use it too; nothing runs in between. */
function extractSpectrum(meyda: Meyda, frame: Float32Array, sampleRateHz: number) {
  const before = [meyda.bufferSize, meyda.sampleRate, meyda.windowingFunction] as const;
  try {
    meyda.bufferSize = frame.length;
    meyda.sampleRate = sampleRateHz;
    meyda.windowingFunction = 'hanning';
    const extracted = meyda.extract(['spectralCentroid', 'mfcc'], frame);
    return {
      centroidBin: Number(extracted?.spectralCentroid),
      mfcc: (extracted?.mfcc ?? []) as readonly number[],
    };
  } finally {
    [meyda.bufferSize, meyda.sampleRate, meyda.windowingFunction] = before;
  }
}

function crossingRate(samples: Float32Array): number {
  let crossings = 0;
  // Samples of exactly zero have no sign; a crossing is counted when the other sign comes.
  let sign = 0;
  for (const sample of samples) {
    const next = Math.sign(sample);
    if (next === 0) continue;
    if (sign !== 0 && next !== sign) crossings += 1;
    sign = next;
  }
  return samples.length === 0 ? 0 : crossings / samples.length;
}

function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return peak;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
