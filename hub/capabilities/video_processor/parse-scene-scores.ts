import type { SceneCut } from './video-types.js';

/** Reads what ffmpeg's filter `metadata=print` writes: a line with the time of a frame, then one with its score. */
export function parseSceneScores(output: string): readonly SceneCut[] {
  const cuts: SceneCut[] = [];
  let timeS = Number.NaN;
  for (const line of output.split('\n')) {
    const time = /^frame:\d+\s.*\bpts_time:(-?[\d.]+(?:e[-+]\d+)?)/.exec(line)?.[1];
    if (time !== undefined) timeS = Number(time);
    const score = /^lavfi\.scene_score=([\d.]+)/.exec(line)?.[1];
    if (score !== undefined && Number.isFinite(timeS)) cuts.push({ timeS, score: Number(score) });
  }
  return cuts;
}
