import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CapabilityError } from '../../errors.js';
import { requireFile } from '../../files/require-file.js';
import { Ffmpeg } from '../../files/run-ffmpeg.js';
import { MediaInfoReader } from './media-info.js';
import { parseSceneScores } from './parse-scene-scores.js';
import type { SceneCuts, VideoFrame, VideoFrames, VideoMetadata } from './video-types.js';

export interface VideoProcessorOptions {
  /** Longest run of ffmpeg, in milliseconds. @default 120000 */
  readonly timeoutMs?: number;
  /** Path of ffmpeg, in place of the one that is found. */
  readonly ffmpegPath?: string;
}

export interface FramesOptions {
  /** Folder to write the frames into, as `frame-<number>.png`; made when missing. Left out, they are only returned. */
  readonly directory?: string;
  readonly signal?: AbortSignal;
}

const defaultThreshold = 0.15;
const mostFrames = 500;
const sceneOutputMaxBytes = 32 * 1024 * 1024;
const frameMaxBytes = 64 * 1024 * 1024;
const framesAtOnce = 2;

/**
 * Reads what videos say about themselves, finds their cuts, and takes frames out. Metadata need nothing but the library;
 * cuts and frames need ffmpeg.
 *
 * Every method throws CapabilityError NOT_FOUND when there is no file and BAD_INPUT when it is none.
 */
export class VideoProcessor {
  readonly #timeoutMs: number;
  readonly #ffmpeg: Ffmpeg;
  readonly #reader = new MediaInfoReader();

  constructor(options: VideoProcessorOptions = {}) {
    this.#timeoutMs = options.timeoutMs ?? 120_000;
    this.#ffmpeg = new Ffmpeg(options.ffmpegPath);
  }

  /**
   * What the file says about itself, without decoding it.
   *
   * @throws CapabilityError BAD_INPUT for a file of no known format, TOOL_FAILED when the reader breaks down
   */
  async metadata(path: string): Promise<VideoMetadata> {
    const file = await requireFile(path);
    return this.#reader.read(file.path, file.sizeBytes);
  }

  /**
   * The frames that differ from the one before by more than a threshold: cuts, and whatever else is sudden.
   *
   * @param threshold score above which it is a cut, more than 0 and less than 1
   * @throws Unavailable without ffmpeg; CapabilityError BAD_INPUT for an impossible threshold or a file without video,
   * TOOL_FAILED when ffmpeg fails or takes too long, INTERRUPTED by the signal
   */
  async scenes(
    path: string,
    threshold: number = defaultThreshold,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<SceneCuts> {
    if (!(threshold > 0 && threshold < 1)) {
      throw new CapabilityError('BAD_INPUT', `The threshold is ${threshold}. Give a number between 0 and 1.`);
    }
    const file = await requireFile(path);
    const startedAt = performance.now();
    const filter = `select='gt(scene,${threshold.toFixed(6)})',metadata=print:file=-`;
    const output = ['-map', '0:v:0', '-vf', filter, '-f', 'null', '-'];
    const { stdout } = await this.#run([], file.path, output, sceneOutputMaxBytes, options.signal);
    return {
      cuts: parseSceneScores(stdout.toString()),
      threshold,
      durationMs: performance.now() - startedAt,
      source: file.path,
    };
  }

  /**
   * The frames that are shown at the given times, as PNG.
   *
   * @param timesS in seconds from the start, at most 500
   * @throws Unavailable and CapabilityError as {@link scenes}
   */
  async frames(path: string, timesS: readonly number[], options: FramesOptions = {}): Promise<VideoFrames> {
    if (timesS.length > mostFrames || timesS.some((timeS) => !(timeS >= 0 && Number.isFinite(timeS)))) {
      throw new CapabilityError('BAD_INPUT', `Give at most ${mostFrames} times, each in seconds from 0.`);
    }
    const file = await requireFile(path);
    const directory = options.directory === undefined ? undefined : resolve(options.directory);
    if (directory !== undefined) await mkdir(directory, { recursive: true });
    const taken: (VideoFrame | undefined)[] = [];
    for (let first = 0; first < timesS.length; first += framesAtOnce) {
      const batch = timesS.slice(first, first + framesAtOnce);
      taken.push(...(await Promise.all(batch.map((timeS) => this.#frame(file.path, timeS, options.signal)))));
    }
    const frames: VideoFrame[] = [];
    const missing: { timeS: number; reason: string }[] = [];
    for (const [index, frame] of taken.entries()) {
      if (frame === undefined) {
        missing.push({ timeS: timesS[index] ?? 0, reason: 'the video has no frame at or after this time' });
      } else if (directory === undefined) {
        frames.push(frame);
      } else {
        const written = join(directory, `frame-${index + 1}.png`);
        await writeFile(written, frame.png);
        frames.push({ ...frame, path: written });
      }
    }
    return { frames, missing };
  }

  /** Releases the reader, and the copy of ffmpeg if one was made. */
  async dispose(): Promise<void> {
    await this.#reader.dispose();
    await this.#ffmpeg.dispose();
  }

  async #frame(
    path: string,
    timeS: number,
    signal: AbortSignal | undefined,
  ): Promise<VideoFrame | undefined> {
    const seek = ['-ss', timeS.toFixed(6)];
    const output = ['-map', '0:v:0', '-frames:v', '1', '-f', 'image2pipe', '-c:v', 'png', 'pipe:1'];
    const { stdout: png } = await this.#run(seek, path, output, frameMaxBytes, signal);
    if (png.length === 0) return undefined;
    // Width and height are the first fields of a PNG's header.
    return { timeS, png, width: png.readUInt32BE(16), height: png.readUInt32BE(20), source: path };
  }

  async #run(
    seek: readonly string[],
    path: string,
    output: readonly string[],
    maxOutputBytes: number,
    signal: AbortSignal | undefined,
  ) {
    try {
      return await this.#ffmpeg.run(seek, path, output, {
        timeoutMs: this.#timeoutMs,
        maxOutputBytes,
        signal,
      });
    } catch (error) {
      if (!(error instanceof CapabilityError) || !error.message.includes('matches no streams')) throw error;
      throw new CapabilityError('BAD_INPUT', `${path} has no video. Give a file that has.`, { cause: error });
    }
  }
}
