import { decodeStateVector, encodeStateVector } from 'yjs';
import { seededRandom } from '../../seeded-random.js';
import { DocumentReplica, type FrameLink } from './document-replica.js';
import { DocumentRoom } from './document-room.js';
import type { PartitionOptions, ScheduleOutcome } from './rehearse-partitions.js';

/** A text position is one UTF-16 unit; each insert writes a unit that no other insert writes. */
const firstUnit = 0x4e00;

interface Endpoint {
  readonly replica: DocumentReplica;
  /** Undefined while it is cut off. */
  wire: Wire | undefined;
}

/** A connection whose frames wait to be delivered, in order each way; what waits when it is cut is lost. */
interface Wire {
  readonly toRoom: Uint8Array[];
  readonly toReplica: Uint8Array[];
  readonly roomSide: FrameLink;
}

/**
 * Plays one seeded schedule of edits, deliveries, cuts and reconnections on real replicas and a real room that exchange
 * encoded frames over simulated wires; then heals every partition, delivers what waits, and compares all copies.
 */
export function playSchedule(seed: number, options: Required<PartitionOptions>): ScheduleOutcome {
  const random = seededRandom(seed);
  const pick = (below: number): number => Math.floor(random() * below);
  const room = new DocumentRoom({ presenceTtlMs: Number.MAX_VALUE, now: () => 0 });
  const endpoints: Endpoint[] = Array.from({ length: options.clients }, (_none, index) => ({
    replica: new DocumentReplica(`client ${index}`, {}, index + 1),
    wire: undefined,
  }));
  const inserted = new Set<string>();
  const removed = new Set<string>();
  const count = { edits: 0, partitions: 0, framesDelivered: 0, framesLost: 0 };

  const connect = (endpoint: Endpoint): void => {
    const toReplica: Uint8Array[] = [];
    const wire: Wire = { toRoom: [], toReplica, roomSide: { send: (frame) => void toReplica.push(frame) } };
    endpoint.wire = wire;
    room.attach(wire.roomSide);
    endpoint.replica.attach({ send: (frame) => void wire.toRoom.push(frame) });
  };
  const cut = (endpoint: Endpoint, wire: Wire): void => {
    count.partitions += 1;
    count.framesLost += wire.toRoom.length + wire.toReplica.length;
    endpoint.replica.detach();
    room.detach(wire.roomSide);
    endpoint.wire = undefined;
  };
  const deliver = ({ replica, wire }: Endpoint): boolean => {
    if (wire === undefined || wire.toRoom.length + wire.toReplica.length === 0) return false;
    const upwards = wire.toReplica.length === 0 || (wire.toRoom.length > 0 && random() < 0.5);
    const frame = (upwards ? wire.toRoom : wire.toReplica).shift();
    if (frame === undefined) return false;
    if (options.loseFramesUnnoticed && random() < 0.2) {
      count.framesLost += 1;
      return true;
    }
    count.framesDelivered += 1;
    if (upwards) room.receive(wire.roomSide, frame);
    else replica.receive(frame);
    return true;
  };
  const edit = ({ replica }: Endpoint): void => {
    const { text } = replica;
    count.edits += 1;
    const choice = random();
    if (choice < 0.6 || text.length === 0) {
      const unit = String.fromCharCode(firstUnit + inserted.size);
      inserted.add(unit);
      replica.edit({ kind: 'insert', at: pick(text.length + 1), text: unit });
    } else if (choice < 0.85) {
      const at = pick(text.length);
      const length = 1 + pick(Math.min(3, text.length - at));
      for (const unit of text.slice(at, at + length)) removed.add(unit);
      replica.edit({ kind: 'remove', at, length });
    } else {
      replica.edit({ kind: 'set', key: `key ${pick(4)}`, value: count.edits });
    }
  };

  for (const endpoint of endpoints) connect(endpoint);
  for (let step = 0; step < options.steps; step += 1) {
    const endpoint = endpoints[pick(endpoints.length)];
    if (endpoint === undefined) continue;
    const choice = random();
    if (choice < 0.4) edit(endpoint);
    else if (choice < 0.9) deliver(endpoint);
    else if (endpoint.wire === undefined) connect(endpoint);
    else cut(endpoint, endpoint.wire);
  }
  for (const endpoint of endpoints) if (endpoint.wire === undefined) connect(endpoint);
  for (let busy = true; busy; ) {
    busy = false;
    for (const endpoint of endpoints) while (deliver(endpoint)) busy = true;
  }

  // The order of a map's keys is that of arrival, and no part of what it says.
  const fingerprint = ({ doc }: Pick<DocumentReplica, 'doc'>): string =>
    JSON.stringify([
      doc.getText('text').toString(),
      Object.entries(doc.getMap('values').toJSON()).sort(),
      [...decodeStateVector(encodeStateVector(doc))].sort(([one], [other]) => one - other),
    ]);
  const expected = [...inserted].filter((unit) => !removed.has(unit)).sort();
  const text = room.doc.getText('text').toString();
  const converged = endpoints.every(({ replica }) => fingerprint(replica) === fingerprint(room));
  const everybodySeen = endpoints.every(
    ({ replica }) => replica.awareness.getStates().size === options.clients,
  );
  for (const { replica } of endpoints) replica.destroy();
  room.destroy();
  return {
    seed,
    converged,
    intact: [...text].sort().join('') === expected.join(''),
    everybodySeen,
    ...count,
  };
}
