import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs';
import { BrokenFrame, decodeFrame, encodeFrame, type SessionFrame } from './session-frames.js';
import type { JsonValue, PresenceState, SessionEdit } from './session-types.js';

/** One direction of a connection. What is sent arrives in order or not at all. */
export interface FrameLink {
  send(frame: Uint8Array): void;
}

export interface ReplicaEvents {
  /** The document now holds all that the room held when the link was attached. */
  readonly onSynchronised?: () => void;
  readonly onEcho?: (nonce: number) => void;
}

/**
 * A client's copy of a document: text and named values (Yjs) and presence (y-protocols' awareness). It is edited with or
 * without a link; when one is attached, both sides send each other what the other lacks.
 */
export class DocumentReplica {
  readonly doc = new Doc();
  readonly awareness: Awareness;
  readonly #events: ReplicaEvents;
  #link: FrameLink | undefined;

  /** @param clientId of the document; left out, Yjs draws one of 32 bits at random */
  constructor(name: string, events: ReplicaEvents = {}, clientId?: number) {
    this.#events = events;
    if (clientId !== undefined) this.doc.clientID = clientId;
    this.awareness = new Awareness(this.doc);
    this.awareness.setLocalState({ name });
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== remote) this.#send({ kind: 'update', update });
    });
    this.awareness.on('update', (_changes: unknown, origin: unknown) => {
      if (origin === 'local') this.#sendPresence();
    });
  }

  get text(): string {
    return this.doc.getText('text').toString();
  }

  get values(): Readonly<Record<string, JsonValue>> {
    return this.doc.getMap<JsonValue>('values').toJSON();
  }

  /** Changes the copy at once, and the others' when a link is there. The edit must have been checked. */
  edit(edit: SessionEdit): void {
    const text = this.doc.getText('text');
    switch (edit.kind) {
      case 'insert':
        text.insert(edit.at, edit.text);
        return;
      case 'remove':
        text.delete(edit.at, edit.length);
        return;
      case 'set':
        this.doc.getMap<JsonValue>('values').set(edit.key, edit.value);
        return;
      default:
        edit satisfies never;
    }
  }

  setPresence(state: PresenceState): void {
    this.awareness.setLocalState(state);
  }

  /** Says again who is here; a presence that is not renewed expires. */
  renewPresence(): void {
    this.awareness.setLocalState(this.awareness.getLocalState());
  }

  attach(link: FrameLink): void {
    this.#link = link;
    this.#send({ kind: 'stateRequest', stateVector: encodeStateVector(this.doc) });
    // With a clock of its own, or a room that saw this client leave would take it for old news.
    this.renewPresence();
  }

  detach(): void {
    this.#link = undefined;
  }

  /** @throws BrokenFrame, and nothing of the frame is applied */
  receive(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    switch (frame.kind) {
      case 'stateRequest':
        this.#send({ kind: 'missingState', update: encodeStateAsUpdate(this.doc, frame.stateVector) });
        return;
      case 'missingState':
        applyUpdate(this.doc, frame.update, remote);
        this.#events.onSynchronised?.();
        return;
      case 'update':
        applyUpdate(this.doc, frame.update, remote);
        return;
      case 'presence':
        applyAwarenessUpdate(this.awareness, frame.update, remote);
        return;
      case 'echoReply':
        this.#events.onEcho?.(frame.nonce);
        return;
      case 'echoRequest':
        throw new BrokenFrame('a client is not asked for an echo');
      default:
        frame satisfies never;
    }
  }

  requestEcho(nonce: number): void {
    this.#send({ kind: 'echoRequest', nonce });
  }

  /** Ends the timer of its presence. */
  destroy(): void {
    this.detach();
    this.doc.destroy();
  }

  #sendPresence(): void {
    if (this.#link === undefined || this.awareness.getLocalState() === null) return;
    const update = encodeAwarenessUpdate(this.awareness, [this.awareness.clientID]);
    this.#send({ kind: 'presence', update });
  }

  #send(frame: SessionFrame): void {
    this.#link?.send(encodeFrame(frame));
  }
}

/** Origin of what came over a link, so that it is not sent back. */
const remote = Symbol('remote');
