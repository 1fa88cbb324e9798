import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';
import { ServiceUnavailable } from './note-client.js';

realWorld.scenario(
  'notices that the server is gone and reads the same note when it is back',
  { kind: 'recovery' },
  async ({ hub, recovery }) => {
    await hub.client.write('today', 'buy bolts');

    const result = await recovery.trial({
      fault: 'server_stopped',
      inject: () => hub.server.stop(),
      attempt: () => hub.client.read('today'),
      detected: ({ thrown }) => thrown instanceof ServiceUnavailable,
      restore: async () => {
        await hub.server.start();
      },
      verify: async () => (await hub.client.read('today')) === 'buy bolts',
    });

    expect(result).toMatchObject({ detected: true, recovered: true, failure: null });
    expect(recovery.summarize()).toMatchObject({ trials: 1, detected: 1, recovered: 1 });
  },
);
