/** How samples are written. */
export type WavEncoding = 'int8' | 'int16' | 'int24' | 'int32' | 'float32' | 'float64';

const widths: Readonly<Record<WavEncoding, number>> = {
  int8: 1,
  int16: 2,
  int24: 3,
  int32: 4,
  float32: 4,
  float64: 8,
};

/** A WAV file of channels of equal length, full scale from -1 to 1. */
export function writeWav(
  channels: readonly ArrayLike<number>[],
  sampleRateHz: number,
  encoding: WavEncoding = 'int16',
): Buffer {
  const width = widths[encoding];
  const count = channels[0]?.length ?? 0;
  const block = width * channels.length;
  const wav = Buffer.alloc(44 + count * block);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(encoding.startsWith('float') ? 3 : 1, 20);
  wav.writeUInt16LE(channels.length, 22);
  wav.writeUInt32LE(sampleRateHz, 24);
  wav.writeUInt32LE(sampleRateHz * block, 28);
  wav.writeUInt16LE(block, 32);
  wav.writeUInt16LE(width * 8, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(count * block, 40);
  for (let index = 0; index < count; index += 1) {
    for (const [channel, samples] of channels.entries()) {
      writeSample(wav, 44 + index * block + channel * width, samples[index] ?? 0, encoding);
    }
  }
  return wav;
}

function writeSample(wav: Buffer, at: number, sample: number, encoding: WavEncoding): void {
  const integer = (bits: number): number => {
    const scale = 2 ** (bits - 1);
    return Math.max(-scale, Math.min(scale - 1, Math.round(sample * scale)));
  };
  switch (encoding) {
    case 'int8':
      wav.writeUInt8(integer(8) + 128, at);
      return;
    case 'int16':
      wav.writeInt16LE(integer(16), at);
      return;
    case 'int24':
      wav.writeIntLE(integer(24), at, 3);
      return;
    case 'int32':
      wav.writeInt32LE(integer(32), at);
      return;
    case 'float32':
      wav.writeFloatLE(sample, at);
      return;
    case 'float64':
      wav.writeDoubleLE(sample, at);
      return;
    default:
      encoding satisfies never;
  }
}

/** A sine from zero, `durationS` long. */
export function sine(
  frequencyHz: number,
  amplitude: number,
  durationS: number,
  sampleRateHz: number,
): Float32Array {
  return Float32Array.from(
    { length: Math.round(durationS * sampleRateHz) },
    (_none, index) => amplitude * Math.sin((2 * Math.PI * frequencyHz * index) / sampleRateHz),
  );
}
