import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AudioProcessor, type PcmAudio } from '../capabilities/audio_processor/index.js';
import { Unavailable } from '../errors.js';
import { Ffmpeg } from '../files/run-ffmpeg.js';
import { sine, type WavEncoding, writeWav } from '../scenarios/support/write-wav.js';
import { audioProcessorWorkload } from '../scenarios/workloads/audio_processor.js';
import { seededRandom } from '../seeded-random.js';

const sampleRateHz = 44_100;
const audio = new AudioProcessor();
const finder = new Ffmpeg();
const ffmpeg = await finder.locate().catch((error: unknown) => {
  if (error instanceof Unavailable) return undefined;
  throw error;
});
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'audio-processor-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await finder.dispose();
  await audio.dispose();
});

function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function pcm(...channels: readonly Float32Array[]): PcmAudio {
  return { sampleRateHz, channels };
}

function joined(...parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

describe('features of a tone', () => {
  it.each([
    [220, 1],
    [440, 0.5],
    [1_000, 0.25],
    [3_520, 0.8],
    [10_000, 0.1],
  ])('of %i Hz and amplitude %d are those that follow from its formula', async (frequencyHz, amplitude) => {
    const { rms, peak, zcr, centroidHz, frames } = await audio.features(
      pcm(sine(frequencyHz, amplitude, 1, sampleRateHz)),
    );
    expect(rms).toBeCloseTo(amplitude / Math.SQRT2, 5);
    expect(peak).toBeLessThanOrEqual(amplitude * 1.000001);
    expect(peak).toBeGreaterThan(amplitude * 0.999);
    // The crossing at the start and the one at the end may be missing.
    expect(Math.abs(zcr * sampleRateHz - 2 * frequencyHz)).toBeLessThanOrEqual(2);
    expect(Math.abs((centroidHz ?? 0) - frequencyHz)).toBeLessThan(0.02 * frequencyHz + 5);
    expect(frames).toHaveLength(42);
  });

  it('are within 1 % of the frequency at the centre, for 60 seeded tones', async () => {
    const random = seededRandom(5);
    const errors: number[] = [];
    for (let tone = 0; tone < 60; tone += 1) {
      const frequencyHz = 500 + random() * 15_000;
      const { centroidHz } = await audio.features(
        pcm(sine(frequencyHz, 0.1 + 0.9 * random(), 0.2, sampleRateHz)),
      );
      errors.push(Math.abs((centroidHz ?? 0) - frequencyHz) / frequencyHz);
    }
    expect(Math.max(...errors)).toBeLessThan(0.01);
  });

  it('lie between two tones of equal strength', async () => {
    const [low, high] = [sine(1_000, 0.3, 1, sampleRateHz), sine(5_000, 0.3, 1, sampleRateHz)];
    const { centroidHz, rms } = await audio.features(
      pcm(low.map((sample, index) => sample + (high[index] ?? 0))),
    );
    expect(Math.abs((centroidHz ?? 0) - 3_000)).toBeLessThan(30);
    expect(rms).toBeCloseTo(0.3, 3);
  });
});

describe('features', () => {
  it('of white noise have their centre at a quarter of the sample rate and cross zero at every second sample', async () => {
    const random = seededRandom(9);
    const noise = Float32Array.from({ length: sampleRateHz }, () => 2 * random() - 1);
    const { centroidHz, zcr, rms } = await audio.features(pcm(noise));
    expect(Math.abs((centroidHz ?? 0) / sampleRateHz - 0.25)).toBeLessThan(0.005);
    expect(Math.abs(zcr - 0.5)).toBeLessThan(0.01);
    expect(Math.abs(rms - 1 / Math.sqrt(3))).toBeLessThan(0.01);
  });

  it('of silence have no centre', async () => {
    const features = await audio.features(pcm(new Float32Array(10_000)));
    expect(features).toMatchObject({ rms: 0, peak: 0, zcr: 0, centroidHz: null });
    expect(features.mfcc).toEqual(new Array(13).fill(0));
    expect(await audio.features(pcm(new Float32Array(0)))).toMatchObject({
      durationS: 0,
      rms: 0,
      frames: [],
    });
  });

  it('of channels that cancel out keep their level', async () => {
    const tone = sine(440, 0.5, 0.5, sampleRateHz);
    const { rms, centroidHz } = await audio.features(
      pcm(
        tone,
        tone.map((sample) => -sample),
      ),
    );
    expect(rms).toBeCloseTo(0.5 / Math.SQRT2, 3);
    expect(centroidHz).toBeNull();
  });

  it('tell timbres apart by their cepstrum, and loudness hardly', async () => {
    const distance = (one: readonly number[], other: readonly number[]) =>
      Math.hypot(...one.slice(1).map((value, index) => value - (other[index + 1] ?? 0)));
    const random = seededRandom(2);
    const noise = Float32Array.from({ length: 20_000 }, () => 2 * random() - 1);
    const mfccOf = async (samples: Float32Array) => (await audio.features(pcm(samples))).mfcc;
    const loud = await mfccOf(noise);
    const quiet = await mfccOf(noise.map((sample) => sample / 2));
    const tone = await mfccOf(sine(440, 1, 0.5, sampleRateHz));
    expect(loud).toHaveLength(13);
    expect(distance(loud, quiet)).toBeLessThan(distance(loud, tone) / 20);
  });

  it('of a short sound come from one padded frame', async () => {
    const { frames, durationS } = await audio.features(pcm(sine(2_000, 1, 0.01, sampleRateHz)));
    expect(frames).toHaveLength(1);
    expect(durationS).toBeCloseTo(0.01, 6);
  });

  it('leave the settings of the library as they were', async () => {
    const meyda = (await import('meyda')).default as unknown as Record<string, unknown>;
    const before = { ...meyda };
    await audio.features(pcm(sine(440, 1, 0.1, 22_050)), { frameSize: 512 });
    expect({ ...meyda }).toMatchObject({
      bufferSize: before.bufferSize,
      sampleRate: before.sampleRate,
      windowingFunction: before.windowingFunction,
    });
  });
});

describe('WAV files', () => {
  it.each<[WavEncoding, number]>([
    ['int8', 1 / 128],
    ['int16', 1 / 0x8000],
    ['int24', 1 / 0x800000],
    ['int32', 1e-7],
    ['float32', 1e-7],
    ['float64', 1e-7],
  ])('of %s are read to within half a step', async (encoding, step) => {
    const [left, right] = [sine(440, 0.7, 0.1, sampleRateHz), sine(880, 0.2, 0.1, sampleRateHz)];
    const path = file(`${encoding}.wav`, writeWav([left, right], sampleRateHz, encoding));
    const fromFile = await audio.features(path);
    const exact = await audio.features(pcm(left, right));
    expect(fromFile).toMatchObject({ channels: 2, sampleRateHz, source: path, warnings: [] });
    expect(fromFile.durationS).toBeCloseTo(0.1, 6);
    expect(Math.abs(fromFile.peak - exact.peak)).toBeLessThanOrEqual(step / 2 + 1e-7);
    expect(Math.abs(fromFile.rms - exact.rms)).toBeLessThanOrEqual(step / 2 + 1e-7);
    const metadata = await audio.metadata(path);
    expect(metadata).toMatchObject({ container: 'WAVE', sampleRateHz, channels: 2, source: path });
    expect(metadata.durationMs).toBeCloseTo(100, 3);
  });

  it('that end early give what they have, and say so', async () => {
    const whole = writeWav([sine(440, 0.5, 1, sampleRateHz)], sampleRateHz);
    const path = file('cut.wav', whole.subarray(0, 44 + 2 * 22_050 + 1));
    const { durationS, warnings } = await audio.features(path);
    expect(durationS).toBeCloseTo(0.5, 6);
    expect(warnings).toEqual([
      'the data are cut: 44101 of 88200 bytes are there',
      '1 bytes at the end are no whole sample and left out',
    ]);
  });

  it('may hold other parts before and after the sound, of odd length too', async () => {
    const plain = writeWav([sine(440, 0.5, 0.1, sampleRateHz)], sampleRateHz);
    const note = Buffer.concat([Buffer.from('note\x05\0\0\0hello\0', 'latin1')]);
    const path = file('note.wav', Buffer.concat([plain.subarray(0, 36), note, plain.subarray(36), note]));
    expect(await audio.features(path)).toMatchObject({ durationS: 0.1, warnings: [] });
  });

  it.each([
    ['without data', (wav: Buffer) => wav.subarray(0, 36), /it has no data/],
    [
      'without a format',
      (wav: Buffer) => Buffer.concat([wav.subarray(0, 12), Buffer.from('LIST\0\0\0\0')]),
      /it has no format/,
    ],
    [
      'with data before the format',
      (wav: Buffer) => Buffer.concat([wav.subarray(0, 12), wav.subarray(36)]),
      /before their format/,
    ],
    ['without channels', (wav: Buffer) => patched(wav, 22, 0), /it has 0 channels/],
    ['with blocks of the wrong size', (wav: Buffer) => patched(wav, 32, 7), /its blocks have 7 bytes/],
  ])('%s are refused', async (_what, damage, message) => {
    const path = file('damaged.wav', damage(writeWav([sine(440, 0.5, 0.1, 8_000)], 8_000)));
    await expect(audio.features(path)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(message),
    });
  });
});

function patched(wav: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(wav);
  copy.writeUInt16LE(value, at);
  return copy;
}

describe('segments', () => {
  it('are found at 200 seeded known times, to within a window', async () => {
    const random = seededRandom(21);
    let borders = 0;
    let worstS = 0;
    while (borders < 200) {
      const parts: Float32Array[] = [];
      const expected: number[] = [];
      let atS = 0;
      for (let index = 0; index < 9; index += 1) {
        const durationS = 0.15 + random() * 0.3;
        // A hiss below the threshold, so that silence is not merely zeros.
        const hiss = Float32Array.from(
          { length: Math.round(durationS * 16_000) },
          () => 0.004 * (random() - 0.5),
        );
        const tone = sine(300 + 2_000 * random(), 0.2 + 0.8 * random(), durationS, 16_000);
        const part = index % 2 === 0 ? hiss : tone;
        parts.push(part);
        atS += part.length / 16_000;
        expected.push(atS);
      }
      const segments = await audio.segments({ sampleRateHz: 16_000, channels: [joined(...parts)] });
      expect(segments.map(({ kind }) => kind)).toEqual(
        parts.map((_part, index) => (index % 2 === 0 ? 'silence' : 'sound')),
      );
      for (const [index, { endS }] of segments.entries())
        worstS = Math.max(worstS, Math.abs(endS - (expected[index] ?? 0)));
      borders += segments.length - 1;
    }
    expect(worstS).toBeLessThanOrEqual(0.01);
  });

  it('bridge a short gap and drop a click', async () => {
    const [tone, gap] = [sine(440, 0.5, 0.5, 8_000), new Float32Array(0.05 * 8_000)];
    const click = new Float32Array(80).fill(0.9);
    const quiet = new Float32Array(0.5 * 8_000);
    const sound = { sampleRateHz: 8_000, channels: [joined(tone, gap, tone, quiet, click, quiet)] };
    expect((await audio.segments(sound)).map(({ kind, startS, endS }) => [kind, startS, endS])).toEqual([
      ['sound', 0, 1.05],
      ['silence', 1.05, 2.06],
    ]);
    expect(await audio.segments(sound, { minSilenceMs: 0, minSoundMs: 0 })).toHaveLength(6);
  });

  it('hear a sound in any channel', async () => {
    const [tone, quiet] = [sine(440, 0.5, 0.5, 8_000), new Float32Array(4_000)];
    const both = { sampleRateHz: 8_000, channels: [joined(tone, quiet), joined(quiet, tone)] };
    expect(await audio.segments(both)).toHaveLength(1);
    expect(await audio.segments({ sampleRateHz: 8_000, channels: [new Float32Array(0)] })).toEqual([]);
  });
});

describe('what cannot be', () => {
  it('is refused with what to do', async () => {
    await expect(audio.metadata(join(folder, 'missing.wav'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(audio.features(folder)).rejects.toMatchObject({ code: 'BAD_INPUT', message: /is no file/ });
    await expect(audio.metadata(file('text.mp3', 'no music at all'))).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await expect(audio.metadata(file('empty.wav', ''))).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(audio.features(pcm(), {})).rejects.toThrow(/0 channels/);
    await expect(audio.features(pcm(new Float32Array(1), new Float32Array(2)))).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await expect(audio.features(pcm(new Float32Array(1)), { frameSize: 1_000 })).rejects.toThrow(
      /power of two/,
    );
    await expect(audio.features(pcm(new Float32Array(1)), { hopSize: 0 })).rejects.toThrow(/hopSize is 0/);
    await expect(audio.segments(pcm(new Float32Array(1)), { thresholdDb: 0 })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    const small = new AudioProcessor({ maxBytes: 100 });
    const path = file('large.wav', writeWav([sine(440, 0.5, 0.1, 8_000)], 8_000));
    await expect(small.features(path)).rejects.toThrow(/Raise maxBytes/);
  });

  it('is interrupted by its signal', async () => {
    const abort = new AbortController();
    const measuring = audio.features(pcm(sine(440, 0.5, 20, sampleRateHz)), {
      signal: abort.signal,
      hopSize: 256,
    });
    abort.abort();
    await expect(measuring).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('is unavailable for a compressed file without ffmpeg, and says how to get it', async () => {
    const without = new AudioProcessor({ ffmpegPath: join(folder, 'no-ffmpeg') });
    const path = file('law.wav', patched(writeWav([sine(440, 0.5, 0.1, 8_000)], 8_000), 20, 7));
    await expect(without.features(path)).rejects.toBeInstanceOf(Unavailable);
    await expect(without.features(path)).rejects.toThrow('npm install @ffmpeg-installer/ffmpeg');
  });
});

describe.skipIf(ffmpeg === undefined)('compressed files (skipped without ffmpeg)', () => {
  it.each([
    ['flac', ['-c:a', 'flac'], 1e-4],
    // LAME turns the volume down by 3 %, as ffmpeg's own meter says too.
    ['mp3', ['-c:a', 'libmp3lame', '-b:a', '192k'], 0.012],
    ['m4a', ['-c:a', 'aac', '-b:a', '192k'], 0.01],
  ])('of %s are decoded to the tone that went in', async (extension, codec, tolerance) => {
    const wav = file('in.wav', writeWav([sine(1_000, 0.5, 2, sampleRateHz)], sampleRateHz));
    const path = join(folder, `tone.${extension}`);
    execFileSync(ffmpeg ?? '', ['-nostdin', '-v', 'error', '-y', '-i', wav, ...codec, path]);
    const features = await audio.features(path);
    const { centroidHz, sampleRateHz: rate } = features;
    // An encoder may put silence before and after the sound; the energy is that of the tone.
    const rms = features.rms * Math.sqrt(features.durationS / 2);
    expect(rate).toBe(sampleRateHz);
    expect(Math.abs(rms - 0.5 / Math.SQRT2)).toBeLessThan(tolerance);
    expect(Math.abs((centroidHz ?? 0) - 1_000)).toBeLessThan(20);
    const metadata = await audio.metadata(path);
    expect(metadata).toMatchObject({ sampleRateHz, lossless: extension === 'flac' });
    expect(Math.abs((metadata.durationMs ?? 0) - 2_000)).toBeLessThan(60);
  });

  it('that are broken or not there for ffmpeg fail with what it says', async () => {
    const path = file('broken.mp3', Buffer.alloc(5_000, 7));
    await expect(audio.features(path)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  });

  it('are not followed to other addresses', async () => {
    const path = file('list.m3u8', '#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n');
    await expect(audio.features(path)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  });

  it('stop at the limits of time and output', async () => {
    const path = join(folder, 'long.flac');
    execFileSync(ffmpeg ?? '', ['-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', 'sine=d=60', path]);
    await expect(new AudioProcessor({ timeoutMs: 1 }).features(path)).rejects.toThrow(
      /took longer than 1 ms/,
    );
    const small = new AudioProcessor({ maxBytes: 2 * 1024 * 1024 });
    await expect(small.features(path)).rejects.toThrow(/gave more than 2097152 bytes/);
  });
});

describe('the workload', () => {
  it('is done and checks its answer', async () => {
    const prepared = await audioProcessorWorkload.prepare({
      hub: { audio_processor: audio } as never,
      root: '/',
      scratchDirectory: folder,
      seed: 17,
      signal: new AbortController().signal,
    });
    for (let number = 0; number < 12; number += 1) await prepared.round(number);
  });
});
