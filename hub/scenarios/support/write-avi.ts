/** A picture in one colour, shown for a number of frames. */
export interface Shot {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  readonly frames: number;
}

export interface AviFormat {
  /** Multiple of 4, so that rows need no padding. */
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
}

/** An AVI file (Microsoft's AVI 1.0) of uncompressed pictures, each shot in one colour: its cuts are known. */
export function writeAvi(shots: readonly Shot[], { width, height, framesPerSecond }: AviFormat): Buffer {
  const pictureBytes = width * height * 3;
  const frames = shots.flatMap(({ frames: count, red, green, blue }) => {
    const picture = Buffer.alloc(pictureBytes, Buffer.from([blue, green, red]));
    return new Array<Buffer>(count).fill(chunk('00db', picture));
  });
  const main = words([
    Math.round(1_000_000 / framesPerSecond),
    pictureBytes * framesPerSecond,
    0,
    0x10,
    frames.length,
    0,
    1,
    pictureBytes,
    width,
    height,
    0,
    0,
    0,
    0,
  ]);
  const stream = Buffer.concat([
    Buffer.from('vidsDIB '),
    words([0, 0, 0, 1, framesPerSecond, 0, frames.length, pictureBytes, 0xffffffff, 0]),
    shorts([0, 0, width, height]),
  ]);
  const picture = Buffer.concat([
    words([40, width, height]),
    shorts([1, 24]),
    words([0, pictureBytes, 0, 0, 0, 0]),
  ]);
  const header = list(
    'hdrl',
    chunk('avih', main),
    list('strl', chunk('strh', stream), chunk('strf', picture)),
  );
  const index = frames.map((frame, number) =>
    Buffer.concat([Buffer.from('00db'), words([0x10, 4 + number * frame.length, frame.length - 8])]),
  );
  const body = Buffer.concat([
    Buffer.from('AVI '),
    header,
    list('movi', ...frames),
    chunk('idx1', Buffer.concat(index)),
  ]);
  return chunk('RIFF', body);
}

function chunk(id: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(id), words([body.length]), body, Buffer.alloc(body.length % 2)]);
}

function list(kind: string, ...parts: readonly Buffer[]): Buffer {
  return chunk('LIST', Buffer.concat([Buffer.from(kind), ...parts]));
}

function words(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) buffer.writeUInt32LE(value, 4 * index);
  return buffer;
}

function shorts(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) buffer.writeUInt16LE(value, 2 * index);
  return buffer;
}
