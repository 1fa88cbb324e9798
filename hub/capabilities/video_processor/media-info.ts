import { type FileHandle, open } from 'node:fs/promises';
import type { MediaInfo, MediaInfoResult } from 'mediainfo.js';
import { CapabilityError } from '../../errors.js';
import type { AudioTrack, VideoMetadata, VideoTrack } from './video-types.js';

type Reader = MediaInfo<'object'>;
type Track = NonNullable<MediaInfoResult['media']>['track'][number];

/** MediaInfo as WebAssembly: loaded with the first file, and one file at a time, because it holds the state of one. */
export class MediaInfoReader {
  #reader: Promise<Reader> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** @throws CapabilityError BAD_INPUT when it knows no format in the file; TOOL_FAILED when it breaks down */
  read(path: string, sizeBytes: number): Promise<VideoMetadata> {
    const mine = this.#turn.then(() => this.#readNow(path, sizeBytes));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Gives its memory back, after the file that is being read. */
  async dispose(): Promise<void> {
    await this.#turn;
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader !== undefined) (await reader).close();
  }

  async #readNow(path: string, sizeBytes: number): Promise<VideoMetadata> {
    const result = await this.#analyse(path, sizeBytes);
    const tracks = result.media?.track ?? [];
    const general = tracks.find((track) => track['@type'] === 'General');
    const container = textOf(general, 'Format');
    if (container === null) {
      throw new CapabilityError('BAD_INPUT', `${path} is in no format that is known. Give a media file.`);
    }
    return {
      container,
      durationMs: inMs(numberOf(general, 'Duration')),
      bitrateBps: numberOf(general, 'OverallBitRate'),
      video: tracks.filter((track) => track['@type'] === 'Video').map(toVideoTrack),
      audio: tracks.filter((track) => track['@type'] === 'Audio').map(toAudioTrack),
      texts: tracks.filter((track) => track['@type'] === 'Text').length,
      sizeBytes,
      source: path,
    };
  }

  async #analyse(path: string, sizeBytes: number): Promise<MediaInfoResult> {
    let file: FileHandle | undefined;
    try {
      const handle = await open(path);
      file = handle;
      const reader = await this.#load();
      return await reader.analyzeData(sizeBytes, async (size, offset) => {
        const { buffer, bytesRead } = await handle.read(new Uint8Array(size), 0, size, offset);
        return buffer.subarray(0, bytesRead);
      });
    } catch (error) {
      // What it holds of a file that broke it must not reach the next.
      this.#reader = undefined;
      throw new CapabilityError('TOOL_FAILED', `MediaInfo failed on ${path}: ${String(error)}.`, {
        cause: error,
      });
    } finally {
      await file?.close();
    }
  }

  #load(): Promise<Reader> {
    this.#reader ??= import('mediainfo.js').then(({ default: create }) => create({ format: 'object' }));
    return this.#reader;
  }
}

function toVideoTrack(track: Track): VideoTrack {
  return {
    codec: textOf(track, 'Format'),
    width: numberOf(track, 'Width'),
    height: numberOf(track, 'Height'),
    framesPerSecond: numberOf(track, 'FrameRate'),
    frames: numberOf(track, 'FrameCount'),
    durationMs: inMs(numberOf(track, 'Duration')),
    bitrateBps: numberOf(track, 'BitRate'),
  };
}

function toAudioTrack(track: Track): AudioTrack {
  return {
    codec: textOf(track, 'Format'),
    channels: numberOf(track, 'Channels'),
    sampleRateHz: numberOf(track, 'SamplingRate'),
    durationMs: inMs(numberOf(track, 'Duration')),
    bitrateBps: numberOf(track, 'BitRate'),
  };
}

function fieldOf(track: Track | undefined, name: string): unknown {
  return track === undefined ? undefined : (track as unknown as Readonly<Record<string, unknown>>)[name];
}

function textOf(track: Track | undefined, name: string): string | null {
  const value = fieldOf(track, name);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Some numbers come as text. */
function numberOf(track: Track | undefined, name: string): number | null {
  const value = Number(fieldOf(track, name) ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}

function inMs(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1_000;
}
