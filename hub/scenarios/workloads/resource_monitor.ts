import type { CapabilityWorkload } from './capability-workload.js';

const percentages = ['cpuPercent', 'memoryPercent', 'diskPercent'] as const;

/** A sample of the machine, held against what the process knows of itself. */
export const resourceMonitorWorkload: CapabilityWorkload = {
  capability: 'resource_monitor',
  paceMs: 2_000,
  weight: 'light',
  prepare: ({ hub: { resource_monitor: monitor } }) => ({
    round: async () => {
      const sample = await monitor.sample();
      for (const name of percentages) {
        const value = sample[name];
        if (!(value >= 0 && value <= 100)) throw new Error(`${name} is ${value}.`);
      }
      const ownBytes = process.memoryUsage.rss();
      if (Math.abs(sample.processRssBytes / ownBytes - 1) > 0.5)
        throw new Error(`The process holds ${ownBytes} bytes, not ${sample.processRssBytes}.`);
      const { constrained, reasons } = await monitor.isConstrained({ memory: 0 });
      if (!constrained || !reasons.some(({ resource }) => resource === 'memory'))
        throw new Error('A machine whose memory is above a threshold of 0 % is not constrained.');
    },
  }),
};
