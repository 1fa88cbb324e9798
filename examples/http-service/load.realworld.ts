import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';

realWorld.scenario('answers ten clients at once', { kind: 'load' }, async ({ hub, load }) => {
  const result = await load.closed({
    name: 'write and read',
    users: 10,
    iterations: 200,
    iterate: async (iteration) => {
      const name = `note-${iteration % 20}`;
      await hub.client.write(name, `text of ${name}`);
      expect(await hub.client.read(name)).toBe(`text of ${name}`);
    },
  });
  expect(result.failures).toEqual([]);
  expect(result.iterations).toBe(200);
});
