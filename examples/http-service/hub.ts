import { join } from 'node:path';
import { defineCapability, defineHub } from 'vitest-realworld';
import { NoteClient } from './note-client.js';
import { NoteServer } from './note-server.js';

const hub = defineHub({
  capabilities: {
    // Each scenario gets a server of its own, on a free port, with a file of its own.
    server: defineCapability({
      create: async ({ stateDirectory }) => {
        const server = new NoteServer(join(stateDirectory, 'notes.json'));
        await server.start();
        return server;
      },
      dispose: (server) => server.stop(),
    }),
    client: defineCapability({
      create: ({ capability }) => new NoteClient(capability<NoteServer>('server')),
    }),
  },
});

export default hub;

declare module 'vitest-realworld' {
  interface Register {
    hub: typeof hub;
  }
}
