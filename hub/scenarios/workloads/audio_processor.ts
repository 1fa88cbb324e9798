import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sine, writeWav } from '../support/write-wav.js';
import type { CapabilityWorkload } from './capability-workload.js';

const sampleRateHz = 8_000;
const amplitude = 0.5;

/** Writes silence, a tone and silence; level, spectral centre, crossings and borders must be those of the tone. */
export const audioProcessorWorkload: CapabilityWorkload = {
  capability: 'audio_processor',
  paceMs: 2_000,
  weight: 'light',
  prepare: ({ hub, seed, scratchDirectory }) => {
    const silence = new Float32Array(0.2 * sampleRateHz);
    return {
      round: async (number) => {
        // Rounds may run side by side.
        const path = join(scratchDirectory, `tone-${number}.wav`);
        const frequencyHz = 400 + 50 * ((seed + number) % 40);
        const tone = sine(frequencyHz, amplitude, 0.4, sampleRateHz);
        await writeFile(path, writeWav([Float32Array.of(...silence, ...tone, ...silence)], sampleRateHz));

        const { durationMs } = await hub.audio_processor.metadata(path);
        if (durationMs === null || Math.abs(durationMs - 800) > 1)
          throw new Error(`It lasts ${durationMs} ms.`);
        const { rms, centroidHz, zcr } = await hub.audio_processor.features({
          sampleRateHz,
          channels: [tone],
        });
        const isTone =
          Math.abs(rms - amplitude / Math.SQRT2) < 0.01 &&
          Math.abs((centroidHz ?? 0) - frequencyHz) < 20 &&
          Math.abs(zcr - (2 * frequencyHz) / sampleRateHz) < 0.002;
        if (!isTone)
          throw new Error(`${frequencyHz} Hz measured as ${JSON.stringify({ rms, centroidHz, zcr })}.`);
        const segments = await hub.audio_processor.segments(path);
        const found = segments.map(
          ({ kind, startS, endS }) => `${kind} ${startS.toFixed(2)}-${endS.toFixed(2)}`,
        );
        if (found.join(', ') !== 'silence 0.00-0.20, sound 0.20-0.60, silence 0.60-0.80') {
          throw new Error(`Found ${found.join(', ')}.`);
        }
        await rm(path);
      },
    };
  },
};
