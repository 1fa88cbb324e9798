import {
  Awareness,
  applyAwarenessUpdate,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from 'y-protocols/awareness';
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs';
import type { FrameLink } from './document-replica.js';
import { BrokenFrame, decodeFrame, encodeFrame } from './session-frames.js';

export interface DocumentRoomOptions {
  /** How long a presence lasts that is not renewed, in milliseconds. */
  readonly presenceTtlMs: number;
  /** Milliseconds since any moment. */
  readonly now: () => number;
}

interface PresenceChanges {
  readonly added: readonly number[];
  readonly updated: readonly number[];
  readonly removed: readonly number[];
}

/** The server's side of one document: holds it, and passes on to every link what came from another. */
export class DocumentRoom {
  readonly doc = new Doc();
  readonly awareness: Awareness;
  readonly #options: DocumentRoomOptions;
  readonly #links = new Set<FrameLink>();
  readonly #announced = new Map<number, { readonly link: unknown; readonly heardAtMs: number }>();

  constructor(options: DocumentRoomOptions) {
    this.#options = options;
    this.awareness = new Awareness(this.doc);
    this.awareness.setLocalState(null);
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      this.#broadcast(encodeFrame({ kind: 'update', update }), origin);
    });
    this.awareness.on('update', (changes: PresenceChanges, origin: unknown) => {
      this.#followPresence(changes, origin);
    });
  }

  get connections(): number {
    return this.#links.size;
  }

  attach(link: FrameLink): void {
    this.#links.add(link);
    const present = [...this.awareness.getStates().keys()];
    if (present.length === 0) return;
    link.send(encodeFrame({ kind: 'presence', update: encodeAwarenessUpdate(this.awareness, present) }));
  }

  /** @throws BrokenFrame, and nothing of the frame is applied */
  receive(link: FrameLink, bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    switch (frame.kind) {
      case 'stateRequest':
        link.send(
          encodeFrame({ kind: 'missingState', update: encodeStateAsUpdate(this.doc, frame.stateVector) }),
        );
        link.send(encodeFrame({ kind: 'stateRequest', stateVector: encodeStateVector(this.doc) }));
        return;
      case 'missingState':
      case 'update':
        applyUpdate(this.doc, frame.update, link);
        return;
      case 'presence':
        applyAwarenessUpdate(this.awareness, frame.update, link);
        return;
      case 'echoRequest':
        link.send(encodeFrame({ kind: 'echoReply', nonce: frame.nonce }));
        return;
      case 'echoReply':
        throw new BrokenFrame('the server asked for no echo');
      default:
        frame satisfies never;
    }
  }

  /** Forgets a link, and the presence of whoever was last heard over it. */
  detach(link: FrameLink): void {
    this.#links.delete(link);
    const gone = [...this.#announced].filter(([, { link: last }]) => last === link).map(([id]) => id);
    removeAwarenessStates(this.awareness, gone, 'left');
  }

  /** Removes every presence that was not renewed in time, and tells the others; gives their number. */
  expirePresence(): number {
    const oldestMs = this.#options.now() - this.#options.presenceTtlMs;
    const stale = [...this.#announced].filter(([, { heardAtMs }]) => heardAtMs <= oldestMs).map(([id]) => id);
    removeAwarenessStates(this.awareness, stale, 'expired');
    return stale.length;
  }

  /** Ends the timer of its presence. */
  destroy(): void {
    this.#links.clear();
    this.doc.destroy();
  }

  #followPresence({ added, updated, removed }: PresenceChanges, origin: unknown): void {
    for (const id of removed) this.#announced.delete(id);
    for (const id of [...added, ...updated]) {
      this.#announced.set(id, { link: origin, heardAtMs: this.#options.now() });
    }
    const update = encodeAwarenessUpdate(this.awareness, [...added, ...updated, ...removed]);
    this.#broadcast(encodeFrame({ kind: 'presence', update }), origin);
  }

  #broadcast(frame: Uint8Array, origin: unknown): void {
    for (const link of this.#links) if (link !== origin) link.send(frame);
  }
}
