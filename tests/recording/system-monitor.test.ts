import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.js';
import type { SystemSample } from '../../src/model.js';
import { SystemMonitor } from '../../src/recording/system-monitor.js';
import { lookAgain } from '../support/look-again.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** A monitor that is stopped after a number of samples or failures. */
async function watch(
  count: number,
  { diskPaths = [temporaryDirectory()], clock = systemClock }: { diskPaths?: string[]; clock?: Clock } = {},
) {
  const samples: SystemSample[] = [];
  const failures: unknown[] = [];
  const monitor = await new Promise<SystemMonitor>((resolve) => {
    const watching = new SystemMonitor({
      workerPids: () => [],
      intervalMs: 100,
      clock,
      diskPaths,
      onSample: (sample) => {
        samples.push(sample);
        if (samples.length === count) resolve(watching);
      },
      onFailure: (thrown) => {
        failures.push(thrown);
        if (failures.length === count) resolve(watching);
      },
    });
    void watching.start();
  });
  await monitor.stop();
  return { monitor, samples, failures };
}

/** Jiffies since the start of the machine: all, and those in which a processor had nothing to do. */
function readProcStat(): { readonly total: number; readonly idle: number } {
  const numbers =
    readFileSync('/proc/stat', 'utf8').split('\n')[0]?.trim().split(/\s+/).slice(1, 9).map(Number) ?? [];
  return {
    total: numbers.reduce((sum, jiffies) => sum + jiffies, 0),
    idle: (numbers[3] ?? 0) + (numbers[4] ?? 0),
  };
}

function readMemoryPercent(): number {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
  return (1 - kilobytes('MemAvailable') / kilobytes('MemTotal')) * 100;
}

describe.runIf(process.platform === 'linux')('a sample', () => {
  test('agrees with what the kernel says about memory, processors and disk', lookAgain, async () => {
    const directory = temporaryDirectory();
    const before = readProcStat();
    const { samples, failures } = await watch(3, { diskPaths: [directory] });
    const after = readProcStat();
    const busyPercent = (1 - (after.idle - before.idle) / (after.total - before.total)) * 100;
    const { blocks, bavail } = await statfs(directory);
    expect(failures).toEqual([]);
    const [sample] = samples;
    expect(Math.abs((sample?.memoryPercent ?? -100) - readMemoryPercent())).toBeLessThan(15);
    const meanCpuPercent = samples.reduce((sum, { cpuPercent }) => sum + cpuPercent, 0) / samples.length;
    expect(Math.abs(meanCpuPercent - busyPercent)).toBeLessThan(40);
    expect(Math.abs((sample?.diskPercent ?? -100) - (1 - bavail / blocks) * 100)).toBeLessThan(2);
    expect(samples.every(({ cpuPercent }) => cpuPercent >= 0 && cpuPercent <= 100)).toBe(true);
    expect(samples.every(({ costMs }) => costMs >= 0)).toBe(true);
  });

  test('of several disks tells the fullest', async () => {
    const { samples } = await watch(1, { diskPaths: [temporaryDirectory(), '/proc'] });
    expect(samples[0]?.diskPercent).toBeGreaterThan(0);
  });
});

describe('looking a sample up', () => {
  test('finds the newest one at that time, and the first one for a time before it', async () => {
    let atMs = 0;
    const clock: Clock = { monotonicMs: () => 0, epochMs: () => (atMs += 1_000) };
    const { monitor, samples } = await watch(3, { clock });
    expect(samples.map((sample) => sample.atMs)).toEqual([1_000, 2_000, 3_000]);
    const found = [0, 1_000, 1_999, 2_000, 2_500, 3_000, 99_000].map((epochMs) => monitor.at(epochMs)?.atMs);
    expect(found).toEqual([1_000, 1_000, 1_000, 2_000, 2_000, 3_000, 3_000]);
    expect(monitor.latest).toBe(samples[2]);
  });

  test('finds none where none was taken', () => {
    const monitor = new SystemMonitor({
      workerPids: () => [],
      intervalMs: 100,
      clock: systemClock,
      diskPaths: [],
      onSample: () => {},
      onFailure: () => {},
    });
    expect([monitor.at(5), monitor.latest]).toEqual([null, null]);
  });
});

describe('a monitor', () => {
  test('goes on after a sample that could not be taken', async () => {
    const missing = join(temporaryDirectory(), 'missing');
    const { failures, samples } = await watch(2, { diskPaths: [missing] });
    expect(failures).toMatchObject([{ code: 'ENOENT' }, { code: 'ENOENT' }]);
    expect(samples).toEqual([]);
  });

  test('takes no sample once it is halted', async () => {
    const { monitor, samples } = await watch(1);
    const before = samples.length;
    monitor.halt();
    void monitor.start();
    await monitor.stop();
    expect(samples).toHaveLength(before);
  });
});
