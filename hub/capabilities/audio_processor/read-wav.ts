import { CapabilityError } from '../../errors.js';
import type { DecodedAudio } from './audio-types.js';

interface WavFormat {
  readonly encoding: 'integer' | 'float';
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bitsPerSample: number;
  readonly blockBytes: number;
}

const pcmTag = 1;
const floatTag = 3;
const extensibleTag = 0xfffe;
const mostChannels = 64;
/** A writer that streams does not know the size and writes this. */
const unknownSize = 0xffffffff;

/** Whether the bytes begin as a WAV file does. */
export function isWav(bytes: Buffer): boolean {
  const form = bytes.toString('latin1', 0, 4);
  return (form === 'RIFF' || form === 'RF64') && bytes.toString('latin1', 8, 12) === 'WAVE';
}

/**
 * Reads WAV files of uncompressed PCM: integers of 8, 16, 24 or 32 bits, floats of 32 or 64 bits. A file that ends early
 * gives what it has and a warning.
 *
 * @throws CapabilityError BAD_INPUT when the file is broken beyond that; undefined when it holds another encoding
 */
export function readWav(bytes: Buffer, source: string): DecodedAudio | undefined {
  const warnings: string[] = [];
  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const body = at + 8;
    if (id === 'fmt ') {
      const read = readFormat(bytes.subarray(body, body + size), source);
      if (read === undefined) return undefined;
      format = read;
    }
    if (id === 'data') {
      if (format === undefined) throw broken(source, 'its data come before their format');
      const there = bytes.length - body;
      if (size !== unknownSize && size > there)
        warnings.push(`the data are cut: ${there} of ${size} bytes are there`);
      const data = bytes.subarray(body, body + Math.min(size, there));
      const rest = data.length % format.blockBytes;
      if (rest > 0) warnings.push(`${rest} bytes at the end are no whole sample and left out`);
      return { pcm: decodeSamples(data, format), source, warnings };
    }
    // Chunks are padded to an even length.
    at = body + size + (size % 2);
  }
  throw broken(source, format === undefined ? 'it has no format' : 'it has no data');
}

function readFormat(chunk: Buffer, source: string): WavFormat | undefined {
  if (chunk.length < 16) throw broken(source, 'its format is cut');
  const outerTag = chunk.readUInt16LE(0);
  const isExtensible = outerTag === extensibleTag && chunk.length >= 26;
  const tag = isExtensible ? chunk.readUInt16LE(24) : outerTag;
  const channels = chunk.readUInt16LE(2);
  const sampleRateHz = chunk.readUInt32LE(4);
  const blockBytes = chunk.readUInt16LE(12);
  const bitsPerSample = chunk.readUInt16LE(14);
  const isInteger = tag === pcmTag && [8, 16, 24, 32].includes(bitsPerSample);
  const isFloat = tag === floatTag && [32, 64].includes(bitsPerSample);
  if (!isInteger && !isFloat) return undefined;
  if (channels < 1 || channels > mostChannels) throw broken(source, `it has ${channels} channels`);
  if (sampleRateHz < 1) throw broken(source, 'its sample rate is 0');
  if (blockBytes !== (channels * bitsPerSample) / 8)
    throw broken(source, `its blocks have ${blockBytes} bytes`);
  return { encoding: isInteger ? 'integer' : 'float', channels, sampleRateHz, bitsPerSample, blockBytes };
}

function decodeSamples(data: Buffer, format: WavFormat): DecodedAudio['pcm'] {
  const count = Math.floor(data.length / format.blockBytes);
  const read = sampleReader(data, format);
  const width = format.bitsPerSample / 8;
  const channels = Array.from({ length: format.channels }, (_none, channel) => {
    const samples = new Float32Array(count);
    for (let index = 0; index < count; index += 1) {
      samples[index] = read(index * format.blockBytes + channel * width);
    }
    return samples;
  });
  return { sampleRateHz: format.sampleRateHz, channels };
}

/** Integers are scaled by their most negative value; those of 8 bits are unsigned. */
function sampleReader(data: Buffer, { encoding, bitsPerSample }: WavFormat): (at: number) => number {
  if (encoding === 'float') {
    return bitsPerSample === 32 ? (at) => data.readFloatLE(at) : (at) => data.readDoubleLE(at);
  }
  switch (bitsPerSample) {
    case 8:
      return (at) => (data.readUInt8(at) - 128) / 128;
    case 16:
      return (at) => data.readInt16LE(at) / 0x8000;
    case 24:
      return (at) => data.readIntLE(at, 3) / 0x800000;
    default:
      return (at) => data.readInt32LE(at) / 0x80000000;
  }
}

function broken(source: string, what: string): CapabilityError {
  return new CapabilityError('BAD_INPUT', `${source} is no sound WAV file: ${what}. Write it anew.`);
}
