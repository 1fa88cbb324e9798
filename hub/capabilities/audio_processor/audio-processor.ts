import { readFile } from 'node:fs/promises';
import { CapabilityError } from '../../errors.js';
import { requireFile } from '../../files/require-file.js';
import { Ffmpeg } from '../../files/run-ffmpeg.js';
import type { AudioFeatures, AudioMetadata, AudioSegment, DecodedAudio, PcmAudio } from './audio-types.js';
import { findSegments, type SegmentOptions } from './find-segments.js';
import { measureFeatures } from './measure-features.js';
import { isWav, readWav } from './read-wav.js';

export interface AudioProcessorOptions {
  /** Largest file that is read, and largest sound that is decoded, in bytes. @default 256 MiB */
  readonly maxBytes?: number;
  /** Longest run of ffmpeg, in milliseconds. @default 60000 */
  readonly timeoutMs?: number;
  /** Path of ffmpeg, in place of the one that is found. */
  readonly ffmpegPath?: string;
}

export interface FeatureOptions {
  /** Samples of a frame, a power of two from 64 to 65536. @default 2048 */
  readonly frameSize?: number;
  /** Samples from one frame to the next. @default half of frameSize */
  readonly hopSize?: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads what audio files say about themselves, and measures sound. WAV files of plain PCM are read here; every other
 * format is decoded by ffmpeg, when there is one.
 *
 * Every method that takes a path throws CapabilityError NOT_FOUND when there is no file, BAD_INPUT when it is no audio
 * file, damaged or too large.
 */
export class AudioProcessor {
  readonly #maxBytes: number;
  readonly #timeoutMs: number;
  readonly #ffmpeg: Ffmpeg;

  constructor(options: AudioProcessorOptions = {}) {
    this.#maxBytes = options.maxBytes ?? 256 * 1024 * 1024;
    this.#timeoutMs = options.timeoutMs ?? 60_000;
    this.#ffmpeg = new Ffmpeg(options.ffmpegPath);
  }

  /** What the file says about itself, without decoding its sound. */
  async metadata(path: string): Promise<AudioMetadata> {
    const file = await requireFile(path);
    const { parseFile } = await import('music-metadata');
    try {
      const { format, common, quality } = await parseFile(file.path, { duration: true, skipCovers: true });
      // By its name alone a text file is taken for MP3; nothing is then known of it.
      const isAudio = format.hasAudio !== false && (format.container ?? format.codec) !== undefined;
      if (!isAudio) throw new Error('it has no audio');
      return {
        container: format.container ?? null,
        codec: format.codec ?? null,
        durationMs: format.duration === undefined ? null : format.duration * 1_000,
        sampleRateHz: format.sampleRate ?? null,
        channels: format.numberOfChannels ?? null,
        bitsPerSample: format.bitsPerSample ?? null,
        bitrateBps: format.bitrate ?? null,
        lossless: format.lossless ?? null,
        tags: {
          ...(common.title === undefined ? {} : { title: common.title }),
          ...(common.artist === undefined ? {} : { artist: common.artist }),
          ...(common.album === undefined ? {} : { album: common.album }),
          ...(common.year === undefined ? {} : { year: common.year }),
          ...(common.genre === undefined ? {} : { genres: common.genre }),
        },
        sizeBytes: file.sizeBytes,
        warnings: quality.warnings.map(({ message }) => message),
        source: file.path,
      };
    } catch (error) {
      throw new CapabilityError(
        'BAD_INPUT',
        `${file.path} is no audio file that can be read: ${error instanceof Error ? error.message : String(error)}.`,
        { cause: error },
      );
    }
  }

  /**
   * Level, crossings, spectral centre and mel-frequency cepstral coefficients of a file or of samples.
   *
   * @throws Unavailable for a compressed file without ffmpeg; CapabilityError BAD_INPUT for impossible options or samples,
   * TOOL_FAILED when ffmpeg fails, INTERRUPTED by the signal
   */
  async features(audio: string | PcmAudio, options: FeatureOptions = {}): Promise<AudioFeatures> {
    const frameSize = options.frameSize ?? 2_048;
    const hopSize = options.hopSize ?? frameSize / 2;
    if (!(Number.isInteger(Math.log2(frameSize)) && frameSize >= 64 && frameSize <= 65_536)) {
      throw new CapabilityError(
        'BAD_INPUT',
        `frameSize is ${frameSize}. Give a power of two from 64 to 65536.`,
      );
    }
    if (!(Number.isInteger(hopSize) && hopSize >= 16 && hopSize <= frameSize)) {
      throw new CapabilityError(
        'BAD_INPUT',
        `hopSize is ${hopSize}. Give a whole number from 16 to frameSize.`,
      );
    }
    const decoded = await this.#decode(audio, options.signal);
    try {
      return await measureFeatures(decoded, { frameSize, hopSize, signal: options.signal });
    } catch (error) {
      if (options.signal?.aborted !== true) throw error;
      throw new CapabilityError('INTERRUPTED', `The features of ${decoded.source} were aborted.`, {
        cause: error,
      });
    }
  }

  /**
   * Where there is sound and where silence, without gaps.
   *
   * @throws Unavailable and CapabilityError as {@link features}
   */
  async segments(audio: string | PcmAudio, options: SegmentOptions = {}): Promise<readonly AudioSegment[]> {
    const resolved = {
      thresholdDb: options.thresholdDb ?? -40,
      windowMs: options.windowMs ?? 10,
      minSilenceMs: options.minSilenceMs ?? 100,
      minSoundMs: options.minSoundMs ?? 20,
    };
    if (!(resolved.thresholdDb < 0 && resolved.windowMs > 0)) {
      throw new CapabilityError('BAD_INPUT', 'thresholdDb must be below 0 and windowMs above 0.');
    }
    return findSegments(await this.#decode(audio, undefined), resolved);
  }

  /** Releases the copy of ffmpeg, if one was made. */
  dispose(): Promise<void> {
    return this.#ffmpeg.dispose();
  }

  async #decode(audio: string | PcmAudio, signal: AbortSignal | undefined): Promise<DecodedAudio> {
    if (typeof audio !== 'string') {
      refuseImpossiblePcm(audio);
      return { pcm: audio, source: 'pcm', warnings: [] };
    }
    const file = await requireFile(audio);
    if (file.sizeBytes > this.#maxBytes) {
      throw new CapabilityError(
        'BAD_INPUT',
        `${file.path} has ${file.sizeBytes} bytes, more than ${this.#maxBytes}. Raise maxBytes, or cut it.`,
      );
    }
    const bytes = await readFile(file.path);
    const wav = isWav(bytes) ? readWav(bytes, file.path) : undefined;
    return wav ?? this.#decodeWithFfmpeg(file.path, signal);
  }

  async #decodeWithFfmpeg(path: string, signal: AbortSignal | undefined): Promise<DecodedAudio> {
    const output = ['-vn', '-f', 'wav', '-c:a', 'pcm_f32le', 'pipe:1'];
    const limits = { timeoutMs: this.#timeoutMs, maxOutputBytes: this.#maxBytes, signal };
    const { stdout } = await this.#ffmpeg.run([], path, output, limits);
    const decoded = readWav(stdout, path);
    if (decoded !== undefined) return decoded;
    throw new CapabilityError(
      'TOOL_FAILED',
      `ffmpeg did not decode ${path} to PCM. Check that the file is whole.`,
    );
  }
}

function refuseImpossiblePcm({ sampleRateHz, channels }: PcmAudio): void {
  const [first] = channels;
  const isSound =
    first !== undefined && sampleRateHz > 0 && channels.every(({ length }) => length === first.length);
  if (isSound) return;
  throw new CapabilityError(
    'BAD_INPUT',
    `${channels.length} channels at ${sampleRateHz} Hz are no sound. Give a rate, and channels of equal length.`,
  );
}
