/** Sound as numbers, each channel of equal length, full scale from -1 to 1. */
export interface PcmAudio {
  readonly sampleRateHz: number;
  readonly channels: readonly Float32Array[];
}

export interface AudioMetadata {
  readonly container: string | null;
  readonly codec: string | null;
  /** Null when the file does not tell. */
  readonly durationMs: number | null;
  readonly sampleRateHz: number | null;
  readonly channels: number | null;
  readonly bitsPerSample: number | null;
  readonly bitrateBps: number | null;
  readonly lossless: boolean | null;
  readonly tags: {
    readonly title?: string;
    readonly artist?: string;
    readonly album?: string;
    readonly year?: number;
    readonly genres?: readonly string[];
  };
  readonly sizeBytes: number;
  /** What the reader found odd. */
  readonly warnings: readonly string[];
  /** Absolute path of the file. */
  readonly source: string;
}

export interface FrameFeatures {
  /** Start of the frame, in seconds. */
  readonly startS: number;
  readonly rms: number;
  /** Null in a frame without sound. */
  readonly centroidHz: number | null;
}

export interface AudioFeatures {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly durationS: number;
  /** Root mean square over all channels; A / sqrt(2) for a sine of amplitude A. */
  readonly rms: number;
  readonly peak: number;
  /** Changes of sign for each sample, mean of the channels; 2 f / sample rate for a tone of f Hz. */
  readonly zcr: number;
  /** Centre of the amplitude spectrum, mean of the frames that have sound; null when none has. */
  readonly centroidHz: number | null;
  /** 13 mel-frequency cepstral coefficients, mean of the frames. */
  readonly mfcc: readonly number[];
  readonly frames: readonly FrameFeatures[];
  /** Bytes or samples that were announced and are not there, and the like. */
  readonly warnings: readonly string[];
  /** Absolute path of the file, or `pcm`. */
  readonly source: string;
}

export interface AudioSegment {
  readonly kind: 'sound' | 'silence';
  readonly startS: number;
  readonly endS: number;
  readonly rms: number;
  /** Absolute path of the file, or `pcm`. */
  readonly source: string;
}

/** PCM read from somewhere. */
export interface DecodedAudio {
  readonly pcm: PcmAudio;
  readonly source: string;
  readonly warnings: readonly string[];
}
