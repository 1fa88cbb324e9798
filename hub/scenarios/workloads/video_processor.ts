import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Shot, writeAvi } from '../support/write-avi.js';
import type { CapabilityWorkload } from './capability-workload.js';

const format = { width: 32, height: 32, framesPerSecond: 25 };
const colours = [
  { red: 230, green: 20, blue: 20 },
  { red: 20, green: 20, blue: 230 },
  { red: 240, green: 240, blue: 240 },
] as const;

/** Writes a film of three shots; what it says about itself must be so, and with ffmpeg its cuts must be found. */
export const videoProcessorWorkload: CapabilityWorkload = {
  capability: 'video_processor',
  paceMs: 10_000,
  weight: 'heavy',
  prepare: ({ hub, seed, scratchDirectory, signal }) => {
    const path = join(scratchDirectory, 'shots.avi');
    let hasFfmpeg = true;
    return {
      round: async (number) => {
        const shots: Shot[] = colours.map((colour, index) => ({
          ...colour,
          frames: 8 + ((seed + number + index) % 7),
        }));
        const frames = shots.reduce((sum, shot) => sum + shot.frames, 0);
        await writeFile(path, writeAvi(shots, format));

        const { container, video } = await hub.video_processor.metadata(path);
        const said = JSON.stringify({ container, video });
        const [track] = video;
        if (track?.width !== 32 || track.framesPerSecond !== 25 || track.frames !== frames) {
          throw new Error(`A film of ${frames} frames says ${said}.`);
        }
        if (!hasFfmpeg) return;
        try {
          const { cuts } = await hub.video_processor.scenes(path, undefined, { signal });
          const [first = 0, second = 0] = shots.map((shot) => shot.frames);
          const found = cuts.map(({ timeS }) => Math.round(timeS * format.framesPerSecond)).join(', ');
          if (found !== `${first}, ${first + second}`)
            throw new Error(`Cuts at ${found} of ${JSON.stringify(shots)}.`);
        } catch (error) {
          // Without ffmpeg there is nothing more to ask; the first round says so to the record.
          if (!(error instanceof Error && error.name === 'Unavailable')) throw error;
          hasFfmpeg = false;
        }
      },
    };
  },
};
