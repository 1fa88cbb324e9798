import type { PcmAudio } from './audio-types.js';

/** Mean of the channels; what is opposite in two of them cancels out. */
export function mixChannels({ channels }: PcmAudio): Float32Array {
  const [first = new Float32Array(0)] = channels;
  if (channels.length <= 1) return first;
  const mix = new Float32Array(first.length);
  for (const channel of channels) {
    for (let index = 0; index < mix.length; index += 1)
      mix[index] = (mix[index] ?? 0) + (channel[index] ?? 0);
  }
  for (let index = 0; index < mix.length; index += 1) mix[index] = (mix[index] ?? 0) / channels.length;
  return mix;
}

/** Mean of the squares of samples from `start` up to `end`; 0 when there is none. */
export function meanSquare(samples: Float32Array, start: number, end: number): number {
  let sum = 0;
  for (let index = start; index < end; index += 1) sum += (samples[index] ?? 0) ** 2;
  return end > start ? sum / (end - start) : 0;
}
