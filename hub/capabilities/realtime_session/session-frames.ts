import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { messageYjsSyncStep1, messageYjsSyncStep2, messageYjsUpdate } from 'y-protocols/sync';
import { decodeStateVector, decodeUpdate } from 'yjs';

/**
 * What goes over a link. The first two bytes of synchronisation and the first of presence are those of y-protocols, so
 * that its other implementations understand them; an echo is ours: its reply says that all before it was applied.
 */
export type SessionFrame =
  | { readonly kind: 'stateRequest'; readonly stateVector: Uint8Array }
  | { readonly kind: 'missingState' | 'update'; readonly update: Uint8Array }
  | { readonly kind: 'presence'; readonly update: Uint8Array }
  | { readonly kind: 'echoRequest' | 'echoReply'; readonly nonce: number };

/** A frame that cannot be read; the message says where it breaks. */
export class BrokenFrame extends Error {
  override readonly name = 'BrokenFrame';
}

const messageSync = 0;
const messagePresence = 1;
const messageEchoRequest = 100;
const messageEchoReply = 101;

const syncKinds = {
  [messageYjsSyncStep1]: 'stateRequest',
  [messageYjsSyncStep2]: 'missingState',
  [messageYjsUpdate]: 'update',
} as const;

export function encodeFrame(frame: SessionFrame): Uint8Array {
  const encoder = encoding.createEncoder();
  switch (frame.kind) {
    case 'stateRequest':
      return encodeSync(encoder, messageYjsSyncStep1, frame.stateVector);
    case 'missingState':
      return encodeSync(encoder, messageYjsSyncStep2, frame.update);
    case 'update':
      return encodeSync(encoder, messageYjsUpdate, frame.update);
    case 'presence':
      encoding.writeVarUint(encoder, messagePresence);
      encoding.writeVarUint8Array(encoder, frame.update);
      return encoding.toUint8Array(encoder);
    case 'echoRequest':
    case 'echoReply':
      encoding.writeVarUint(encoder, frame.kind === 'echoRequest' ? messageEchoRequest : messageEchoReply);
      encoding.writeVarUint(encoder, frame.nonce);
      return encoding.toUint8Array(encoder);
    default:
      return frame satisfies never;
  }
}

function encodeSync(encoder: encoding.Encoder, step: number, payload: Uint8Array): Uint8Array {
  encoding.writeVarUint(encoder, messageSync);
  encoding.writeVarUint(encoder, step);
  encoding.writeVarUint8Array(encoder, payload);
  return encoding.toUint8Array(encoder);
}

/**
 * Reads a frame whole, payload included, so that nothing of a broken one reaches a document.
 *
 * @throws BrokenFrame
 */
export function decodeFrame(bytes: Uint8Array): SessionFrame {
  const decoder = decoding.createDecoder(bytes);
  try {
    const frame = readFrame(decoder);
    if (decoding.hasContent(decoder)) {
      throw new BrokenFrame(`${bytes.length - decoder.pos} bytes follow a ${frame.kind} frame`);
    }
    return frame;
  } catch (error) {
    if (error instanceof BrokenFrame) throw error;
    throw new BrokenFrame(`a frame of ${bytes.length} bytes breaks at ${decoder.pos}: ${String(error)}`, {
      cause: error,
    });
  }
}

function readFrame(decoder: decoding.Decoder): SessionFrame {
  const type = decoding.readVarUint(decoder);
  switch (type) {
    case messageSync:
      return readSync(decoder);
    case messagePresence: {
      const update = decoding.readVarUint8Array(decoder);
      checkPresence(update);
      return { kind: 'presence', update };
    }
    case messageEchoRequest:
    case messageEchoReply:
      return {
        kind: type === messageEchoRequest ? 'echoRequest' : 'echoReply',
        nonce: decoding.readVarUint(decoder),
      };
    default:
      throw new BrokenFrame(`type ${type} is unknown`);
  }
}

function readSync(decoder: decoding.Decoder): SessionFrame {
  const step = decoding.readVarUint(decoder);
  const kind = Object.hasOwn(syncKinds, step) ? syncKinds[step as keyof typeof syncKinds] : undefined;
  if (kind === undefined) throw new BrokenFrame(`step ${step} of synchronisation is unknown`);
  const payload = decoding.readVarUint8Array(decoder);
  if (kind === 'stateRequest') {
    decodeStateVector(payload);
    return { kind, stateVector: payload };
  }
  decodeUpdate(payload);
  return { kind, update: payload };
}

/** The shape y-protocols gives a presence update: a count, then number, clock and JSON state of each client. */
function checkPresence(update: Uint8Array): void {
  const decoder = decoding.createDecoder(update);
  const count = decoding.readVarUint(decoder);
  for (let index = 0; index < count; index += 1) {
    decoding.readVarUint(decoder);
    decoding.readVarUint(decoder);
    const state: unknown = JSON.parse(decoding.readVarString(decoder));
    if (typeof state !== 'object' || Array.isArray(state)) {
      throw new BrokenFrame('a presence is neither an object nor null');
    }
  }
  if (decoding.hasContent(decoder)) throw new BrokenFrame('bytes follow a presence');
}
