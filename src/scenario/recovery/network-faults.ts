import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { ReadyFault } from './file-faults.js';

export type NetworkFault =
  /** Connections are closed at once. */
  | { readonly kind: 'refused' }
  /** Every part of an answer comes later. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Answers end after so many bytes. */
  | { readonly kind: 'cut_off'; readonly afterBytes: number }
  /** Nothing comes back, and nothing is closed. */
  | { readonly kind: 'stalled' };

/** A server on the loopback that stands between a client and a service, and breaks what goes through it. */
export interface FaultyNetwork {
  readonly port: number;
  /** The fault, for `recovery.trial({ ...network.fault({ kind: 'refused' }), ... })`. */
  fault(fault: NetworkFault): ReadyFault;
  close(): Promise<void>;
}

/** Opens the way to a service on this machine. @param target port on 127.0.0.1 */
export async function openFaultyNetwork(target: number): Promise<FaultyNetwork> {
  let current: NetworkFault | null = null;
  const sockets = new Set<Socket>();
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // What breaks on one side shows on the other as a connection that ends.
    socket.on('error', () => socket.destroy());
    return socket;
  };
  const server = createServer((client) => {
    track(client);
    if (current?.kind === 'refused') {
      client.resetAndDestroy();
      return;
    }
    const service = track(connect(target, '127.0.0.1'));
    client.pipe(service);
    carryBack(service, client, () => current);
    service.on('close', () => client.destroy());
    client.on('close', () => service.destroy());
  });
  await listen(server);
  return {
    port: (server.address() as AddressInfo).port,
    fault: (fault) => ({
      fault: `network_${fault.kind}`,
      inject: () => {
        current = fault;
        // Connections that were kept open would go round a fault of new ones.
        for (const socket of sockets) socket.destroy();
      },
      restore: () => {
        if (current !== fault) return;
        current = null;
        for (const socket of sockets) socket.destroy();
      },
    }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((end) => server.close(end));
    },
  };
}

function carryBack(service: Socket, client: Socket, faultNow: () => NetworkFault | null): void {
  let carried = 0;
  service.on('data', (part) => {
    const fault = faultNow();
    if (fault?.kind === 'stalled') return;
    if (fault?.kind === 'slow') {
      setTimeout(() => client.writable && client.write(part), fault.delayMs);
      return;
    }
    if (fault?.kind === 'cut_off' && carried + part.length > fault.afterBytes) {
      client.end(part.subarray(0, Math.max(0, fault.afterBytes - carried)), () => client.destroy());
      return;
    }
    carried += part.length;
    client.write(part);
  });
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((ready, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', ready);
  });
}
