import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { VideoProcessor } from '../capabilities/video_processor/index.js';
import { parseSceneScores } from '../capabilities/video_processor/parse-scene-scores.js';
import { Unavailable } from '../errors.js';
import { Ffmpeg } from '../files/run-ffmpeg.js';
import { type Shot, writeAvi } from '../scenarios/support/write-avi.js';
import { sine, writeWav } from '../scenarios/support/write-wav.js';
import { videoProcessorWorkload } from '../scenarios/workloads/video_processor.js';
import { seededRandom } from '../seeded-random.js';

const video = new VideoProcessor();
const finder = new Ffmpeg();
const located = await finder.locate().catch((error: unknown) => {
  if (error instanceof Unavailable) return undefined;
  throw error;
});
const ffmpeg = located ?? '';
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'video-processor-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await finder.dispose();
  await video.dispose();
});

const format = { width: 32, height: 24, framesPerSecond: 25 };
const shots: readonly Shot[] = [
  { red: 250, green: 10, blue: 10, frames: 10 },
  { red: 10, green: 250, blue: 10, frames: 15 },
  { red: 10, green: 10, blue: 250, frames: 5 },
  { red: 255, green: 255, blue: 255, frames: 20 },
];

function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Colour of the first pixel; the first pixel of a PNG is the same under all of its filters. */
function firstPixel(png: Buffer): readonly number[] {
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return [...inflateSync(Buffer.concat(parts)).subarray(1, 4)];
}

describe('metadata', () => {
  it('of a film written here are those it was written with, without ffmpeg', async () => {
    vi.stubEnv('PATH', '');
    const path = file('shots.avi', writeAvi(shots, format));
    expect(await video.metadata(path)).toMatchObject({
      container: 'AVI',
      durationMs: 2_000,
      video: [{ width: 32, height: 24, framesPerSecond: 25, frames: 50, durationMs: 2_000 }],
      audio: [],
      texts: 0,
      source: path,
    });
  });

  it('of sound have no video', async () => {
    const path = file('tone.wav', writeWav([sine(440, 0.5, 1, 8_000)], 8_000));
    expect(await video.metadata(path)).toMatchObject({
      video: [],
      audio: [{ codec: 'PCM', channels: 1, sampleRateHz: 8_000, durationMs: 1_000 }],
    });
  });

  it('of twenty files at once do not mix', async () => {
    const lengths = Array.from({ length: 20 }, (_none, index) => index + 2);
    const paths = lengths.map((frames) =>
      file(`length-${frames}.avi`, writeAvi([{ red: 1, green: 2, blue: 3, frames }], format)),
    );
    const found = await Promise.all(paths.map((path) => video.metadata(path)));
    expect(found.map(({ video: [track] }) => track?.frames)).toEqual(lengths);
  });

  it('are refused for what is no media file', async () => {
    await expect(video.metadata(join(folder, 'missing.mp4'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(video.metadata(folder)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(video.metadata(file('text.mp4', 'no film at all'))).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await expect(video.metadata(file('empty.mp4', ''))).rejects.toMatchObject({ code: 'BAD_INPUT' });
    // One that was refused does not hold up the next.
    expect((await video.metadata(file('next.avi', writeAvi(shots, format)))).video).toHaveLength(1);
  });
});

describe('without ffmpeg', () => {
  it('cuts and frames are unavailable, and it says how to get it', async () => {
    const path = file('shots.avi', writeAvi(shots, format));
    const without = new VideoProcessor({ ffmpegPath: join(folder, 'no-ffmpeg') });
    for (const asking of [without.scenes(path), without.frames(path, [0])]) {
      await expect(asking).rejects.toBeInstanceOf(Unavailable);
      await expect(asking).rejects.toThrow('npm install @ffmpeg-installer/ffmpeg');
    }
    expect(await without.frames(path, [])).toEqual({ frames: [], missing: [] });
    await without.dispose();
  });

  it('the workload is done all the same', async () => {
    const without = new VideoProcessor({ ffmpegPath: join(folder, 'no-ffmpeg') });
    await runWorkload(without, 3);
    await without.dispose();
  });
});

async function runWorkload(processor: VideoProcessor, rounds: number): Promise<void> {
  const prepared = await videoProcessorWorkload.prepare({
    hub: { video_processor: processor } as never,
    root: '/',
    scratchDirectory: folder,
    seed: 4,
    signal: new AbortController().signal,
  });
  for (let number = 0; number < rounds; number += 1) await prepared.round(number);
}

describe('what cannot be', () => {
  it.each([0, 1, -0.1, Number.NaN])('is refused: threshold %d', async (threshold) => {
    const path = file('shots.avi', writeAvi(shots, format));
    await expect(video.scenes(path, threshold)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('is refused: times before the start, and too many', async () => {
    const path = file('shots.avi', writeAvi(shots, format));
    await expect(video.frames(path, [-1])).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(video.frames(path, [Number.POSITIVE_INFINITY])).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(video.frames(path, new Array(501).fill(0))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('scores', () => {
  it('are read from what ffmpeg prints, whatever stands between', () => {
    const output = [
      'frame:0    pts:25600   pts_time:2',
      'lavfi.scene_score=0.500000',
      'lavfi.other=9',
      'frame:1    pts:1       pts_time:1e-05',
      'lavfi.scene_score=1.000000',
      'lavfi.scene_score=broken',
      'frame:2    pts:NOPTS   pts_time:NOPTS',
    ].join('\n');
    expect(parseSceneScores(output)).toEqual([
      { timeS: 2, score: 0.5 },
      { timeS: 0.00001, score: 1 },
    ]);
    expect(parseSceneScores('lavfi.scene_score=1.0\n')).toEqual([]);
  });
});

const codecs = [
  ['mkv', 'ffv1'],
  ['mp4', 'libx264'],
  ['avi', 'mpeg4'],
] as const;

/** A film of nine seeded shots; two that follow each other are never the same picture. */
function makeFilm(seed: number): {
  readonly path: string;
  readonly cutsS: readonly number[];
  readonly fps: number;
} {
  const random = seededRandom(seed);
  const fps = [24, 25, 30][seed % 3] ?? 25;
  const [extension, codec] = codecs[Math.floor(seed / 3) % 3] ?? codecs[0];
  const size = `s=160x120:r=${fps}`;
  const hex = () =>
    Math.floor(random() * 256)
      .toString(16)
      .padStart(2, '0');
  let before = -1;
  const parts = Array.from({ length: 9 }, () => {
    let kind = Math.floor(random() * 5);
    // Colours differ from each other; a test picture does not differ from itself.
    if (kind === before && kind > 1) kind = 0;
    before = kind;
    const source = [
      `color=0x${hex()}${hex()}${hex()}:${size}`,
      `color=0x${hex()}${hex()}${hex()}:${size}`,
      `testsrc2=${size}`,
      `smptebars=${size}`,
      `mandelbrot=start_scale=${(0.01 + random()).toFixed(3)}:${size}`,
    ][kind] as string;
    return { source, frames: 10 + Math.floor(random() * 25) };
  });
  const trims = parts.map(
    ({ frames }, index) =>
      `[${index}]trim=end_frame=${frames},setpts=PTS-STARTPTS,format=yuv420p,setsar=1[v${index}]`,
  );
  const labels = parts.map((_part, index) => `[v${index}]`).join('');
  const path = join(folder, `film-${seed}.${extension}`);
  execFileSync(ffmpeg, [
    ...['-nostdin', '-v', 'error', '-y'],
    ...parts.flatMap(({ source }) => ['-f', 'lavfi', '-i', source]),
    ...['-filter_complex', `${trims.join(';')};${labels}concat=n=${parts.length}[film]`],
    ...['-map', '[film]', '-r', String(fps), '-c:v', codec, path],
  ]);
  let frame = 0;
  const cutsS = parts.slice(0, -1).map(({ frames }) => {
    frame += frames;
    return frame / fps;
  });
  return { path, cutsS, fps };
}

describe.skipIf(located === undefined)('with ffmpeg (skipped without)', () => {
  it('finds the cuts of 12 seeded films in three codecs to within a frame, with no false one and hardly one missed', async () => {
    const count = { planted: 0, found: 0, truePositives: 0 };
    for (let seed = 101; seed <= 112; seed += 1) {
      const { path, cutsS, fps } = makeFilm(seed);
      const { cuts, source } = await video.scenes(path);
      expect(source).toBe(path);
      const open = new Set(cutsS);
      for (const { timeS, score } of cuts) {
        expect(score).toBeGreaterThan(0.15);
        const match = [...open].find((cutS) => Math.abs(cutS - timeS) <= 1 / fps + 1e-6);
        if (match === undefined) continue;
        open.delete(match);
        count.truePositives += 1;
      }
      count.planted += cutsS.length;
      count.found += cuts.length;
    }
    expect(count.planted).toBe(96);
    expect(count.truePositives / count.found).toBeGreaterThanOrEqual(0.98);
    expect(count.truePositives / count.planted).toBeGreaterThanOrEqual(0.95);
  }, 180_000);

  it('finds no cut where there is none, and every one in a film written here', async () => {
    const still = file('still.avi', writeAvi([{ red: 9, green: 99, blue: 200, frames: 40 }], format));
    expect((await video.scenes(still)).cuts).toEqual([]);
    const path = file("film '$(touch x)' ; -y, ünï.avi", writeAvi(shots, format));
    const { cuts } = await video.scenes(path);
    expect(cuts.map(({ timeS }) => timeS)).toEqual([0.4, 1, 1.2]);
  });

  it('takes the frame that is shown at a time, and names times without one', async () => {
    const path = file('shots.avi', writeAvi(shots, format));
    const { frames, missing } = await video.frames(path, [0, 0.6, 1.1, 1.9, 60]);
    expect(frames.map(({ timeS, width, height, source }) => [timeS, width, height, source])).toEqual(
      [0, 0.6, 1.1, 1.9].map((timeS) => [timeS, 32, 24, path]),
    );
    expect(frames.map(({ png }) => firstPixel(png))).toEqual(
      shots.map(({ red, green, blue }) => [red, green, blue]),
    );
    expect(missing).toEqual([{ timeS: 60, reason: 'the video has no frame at or after this time' }]);
  });

  it('writes frames where it is told', async () => {
    const path = file('shots.avi', writeAvi(shots, format));
    const directory = join(folder, 'a new', 'folder');
    const { frames } = await video.frames(path, [0, 60, 1], { directory });
    expect(readdirSync(directory)).toEqual(['frame-1.png', 'frame-3.png']);
    for (const frame of frames) expect(readFileSync(frame.path ?? '')).toEqual(frame.png);
  });

  it('reads what others write: an MP4 with sound', async () => {
    const path = join(folder, 'both.mp4');
    const sources = [
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=320x240:r=30:d=2',
      '-f',
      'lavfi',
      '-i',
      'sine=d=2:r=48000',
    ];
    execFileSync(ffmpeg, [
      '-nostdin',
      '-v',
      'error',
      '-y',
      ...sources,
      '-c:v',
      'libx264',
      '-c:a',
      'aac',
      path,
    ]);
    const metadata = await video.metadata(path);
    expect(metadata).toMatchObject({
      container: 'MPEG-4',
      video: [{ codec: 'AVC', width: 320, height: 240, framesPerSecond: 30, frames: 60 }],
      audio: [{ codec: 'AAC', channels: 1, sampleRateHz: 48_000 }],
    });
    expect(Math.abs((metadata.durationMs ?? 0) - 2_000)).toBeLessThan(50);
  });

  it('refuses a file without video, and names one that is broken', async () => {
    const sound = file('tone.wav', writeWav([sine(440, 0.5, 1, 8_000)], 8_000));
    await expect(video.scenes(sound)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/has no video/),
    });
    const text = file('text.mp4', 'no film at all');
    await expect(video.scenes(text)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  });

  it('ends at its limits and by its signal', async () => {
    const path = file('shots.avi', writeAvi(shots, format));
    await expect(new VideoProcessor({ timeoutMs: 1 }).scenes(path)).rejects.toMatchObject({
      code: 'TOOL_FAILED',
    });
    const aborted = { signal: AbortSignal.abort() };
    await expect(video.scenes(path, 0.1, aborted)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(video.frames(path, [0], aborted)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('runs the program on the PATH before that of the package', async () => {
    const script = join(folder, process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg');
    copyFileSync(ffmpeg, script);
    chmodSync(script, 0o700);
    vi.stubEnv('PATH', folder);
    expect(await new Ffmpeg().locate()).toBe(script);
    rmSync(script);
  });

  it('copies a program of the package that may not be run, and removes the copy', async () => {
    const packaged = join(folder, 'packaged-ffmpeg');
    copyFileSync(ffmpeg, packaged);
    chmodSync(packaged, 0o600);
    vi.stubEnv('PATH', '');
    const program = new Ffmpeg(undefined, async () => packaged);
    const copy = await program.locate();
    expect(copy).not.toBe(packaged);
    expect(execFileSync(copy, ['-version'], { encoding: 'utf8' })).toContain('ffmpeg version');
    await program.dispose();
    expect(existsSync(copy)).toBe(false);
    rmSync(packaged);
  });

  it('does the workload', async () => {
    await runWorkload(video, 5);
    expect(existsSync(join(folder, 'shots.avi'))).toBe(true);
  });
});
