import type { CapabilityWorkload } from './capability-workload.js';

/** Three tasks of mixed priority and one made by an event; the first to be done and all results are checked. */
export const backgroundTasksWorkload: CapabilityWorkload = {
  capability: 'background_tasks',
  paceMs: 2_000,
  weight: 'light',
  prepare: ({ hub: { background_tasks: tasks }, seed }) => {
    let worked: number[] = [];
    const type = `workload:square:${seed}`;
    tasks.handle(type, (payload) => {
      worked.push(Number(payload));
      return Number(payload) ** 2;
    });
    const end = tasks.on(type, { name: 'square', type, priority: 100 });
    return {
      round: async (number) => {
        worked = [];
        tasks.pause();
        const ids = [0, 1, 2].map((place) => tasks.enqueue(type, number + place, { priority: place }).id);
        ids.push(...tasks.emit(type, { source: 'workload', detail: number + 3 }).map(({ id }) => id));
        await tasks.drain();
        if (new Set(ids).size !== 4 || worked.length !== 4 || worked[0] !== number + 3) {
          throw new Error(`Tasks ran as ${worked.join(', ')} instead of ${number + 3} first, four in all.`);
        }
        const results = ids.map((id) => tasks.task(id).result);
        const expected = [0, 1, 2, 3].map((place) => (number + place) ** 2);
        if (JSON.stringify(results) !== JSON.stringify(expected)) {
          throw new Error(
            `Tasks gave back ${JSON.stringify(results)} instead of ${JSON.stringify(expected)}.`,
          );
        }
      },
      release: () => end(),
    };
  },
};
