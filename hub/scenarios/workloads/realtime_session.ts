import type { CapabilityWorkload } from './capability-workload.js';

/** Three clients write at once over loopback, one of them cut off meanwhile; in the end all hold every word. */
export const realtimeSessionWorkload: CapabilityWorkload = {
  capability: 'realtime_session',
  paceMs: 2_000,
  weight: 'light',
  prepare: async ({ hub, seed }) => {
    const session = hub.realtime_session;
    const document = `workload ${seed}`;
    const clients = await Promise.all(
      ['ada', 'grace', 'edsger'].map((name) => session.join(document, { name })),
    );
    return {
      round: async (number) => {
        const away = clients[(seed + number) % clients.length] as (typeof clients)[number];
        away.disconnect();
        for (const client of clients) {
          session.edit(client, {
            kind: 'insert',
            at: client.text.length,
            text: `<${client.name} ${number}>`,
          });
          session.announce(client, { round: number });
        }
        await away.connect();
        const { unreachable } = await session.settle(document);
        if (unreachable.length > 0) throw new Error(`Round ${number} lost ${unreachable.join(', ')}.`);

        const { text } = await session.snapshot(document);
        for (const client of clients) {
          if (client.text !== text)
            throw new Error(`The copy of ${client.name} differs after round ${number}.`);
          if (!text.includes(`<${client.name} ${number}>`)) {
            throw new Error(`The text of ${client.name} is lost in round ${number}.`);
          }
        }
        const present = session.presence(document).filter(({ state }) => state.round === number).length;
        if (present !== clients.length) throw new Error(`${present} of 3 are present in round ${number}.`);
        // The document stays small, however many rounds there are.
        const [first] = clients;
        if (first !== undefined) session.edit(first, { kind: 'remove', at: 0, length: first.text.length });
        await session.settle(document);
      },
      release: () => {
        for (const client of clients) session.leave(client);
      },
    };
  },
};
