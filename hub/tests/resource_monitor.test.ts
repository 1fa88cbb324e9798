import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cpuPercentBetween, readCpuTimes } from '../capabilities/resource_monitor/cpu-times.js';
import { ResourceMonitor, type WatchedSample } from '../capabilities/resource_monitor/index.js';

const describeOnLinux = describe.runIf(process.platform === 'linux');

function readMeminfo(): ReadonlyMap<string, number> {
  const lines = readFileSync('/proc/meminfo', 'utf8').matchAll(/^(\w+):\s+(\d+) kB$/gm);
  return new Map([...lines].map(([, name = '', kilobytes]) => [name, Number(kilobytes) * 1024]));
}

function field(fields: ReadonlyMap<string, number>, name: string): number {
  const value = fields.get(name);
  if (value === undefined) throw new Error(`/proc/meminfo holds no ${name}`);
  return value;
}

describeOnLinux('a sample beside what the kernel says', () => {
  it('counts the page cache as available memory', async () => {
    const sample = await new ResourceMonitor().sample();
    const meminfo = readMeminfo();
    const total = field(meminfo, 'MemTotal');
    expect(sample.memoryTotalBytes).toBe(total);
    const usedPercent = 100 * (1 - field(meminfo, 'MemAvailable') / total);
    expect(Math.abs(sample.memoryPercent - usedPercent)).toBeLessThan(5);
    expect(sample.memoryPercent).toBeCloseTo((100 * sample.memoryUsedBytes) / total, 6);
  });

  it('agrees with df about the disk', async () => {
    const { diskPercent } = await new ResourceMonitor({ diskPath: '/' }).sample();
    const capacity = /\s(\d+)%\s/.exec(execFileSync('df', ['-P', '/'], { encoding: 'utf8' }))?.[1];
    // df rounds up to a whole percent.
    expect(Math.abs(diskPercent - Number(capacity))).toBeLessThanOrEqual(1.5);
  });

  it('reads the same processor times as /proc/stat', () => {
    const before = readStat();
    const { busyMs, idleMs } = readCpuTimes();
    const after = readStat();
    // A tick is 10 ms, and each core rounds its own down.
    const slackMs = 10 * 8 * before.cores;
    expect(busyMs).toBeGreaterThanOrEqual(before.busyMs - slackMs);
    expect(busyMs).toBeLessThanOrEqual(after.busyMs + slackMs);
    expect(idleMs).toBeGreaterThanOrEqual(before.idleMs - slackMs);
    expect(idleMs).toBeLessThanOrEqual(after.idleMs + slackMs);
  });

  it('tells the load average and the memory of this process', async () => {
    const sample = await new ResourceMonitor().sample();
    const load = Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);
    expect(Math.abs(sample.loadAverage1m - load)).toBeLessThan(1);
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    expect(sample.processRssBytes / (Number(resident) * 1024)).toBeGreaterThan(0.5);
    expect(sample.processRssBytes / (Number(resident) * 1024)).toBeLessThan(2);
  });
});

function readStat(): { readonly busyMs: number; readonly idleMs: number; readonly cores: number } {
  const text = readFileSync('/proc/stat', 'utf8');
  const [user = 0, nice = 0, system = 0, idle = 0, , irq = 0] = (/^cpu\s+(.*)$/m.exec(text)?.[1] ?? '')
    .split(' ')
    .map(Number);
  const cores = text.match(/^cpu\d+/gm)?.length ?? 0;
  return { busyMs: 10 * (user + nice + system + irq), idleMs: 10 * idle, cores };
}

describe('the processor', () => {
  it('is a share of the time between two readings', () => {
    const before = { busyMs: 100, idleMs: 900, readAtMs: 0 };
    expect(cpuPercentBetween(before, { busyMs: 175, idleMs: 925, readAtMs: 50 })).toBe(75);
    expect(cpuPercentBetween(before, before)).toBe(0);
    expect(cpuPercentBetween(before, { busyMs: 50, idleMs: 1_000, readAtMs: 50 })).toBe(0);
  });

  it('time of this process grows with work', async () => {
    const monitor = new ResourceMonitor();
    const first = await monitor.sample();
    let sum = 0;
    for (let round = 0; round < 5_000_000; round += 1) sum += Math.sqrt(round);
    const second = await monitor.sample();
    expect(sum).toBeGreaterThan(0);
    expect(second.processCpuMs).toBeGreaterThan(first.processCpuMs);
    expect(second.at).toBeGreaterThan(first.at);
    for (const percent of [second.cpuPercent, second.memoryPercent, second.diskPercent]) {
      expect(percent).toBeGreaterThanOrEqual(0);
      expect(percent).toBeLessThanOrEqual(100);
    }
  });

  it('has a window of its own for each monitor', async () => {
    const [first, second] = [new ResourceMonitor(), new ResourceMonitor()];
    const samples = await Promise.all([first.sample(), second.sample()]);
    expect(samples[0]).not.toBe(samples[1]);
  });
});

describe('a monitor', () => {
  it('shares one sample between calls at the same time', async () => {
    const monitor = new ResourceMonitor();
    const [first, second] = await Promise.all([monitor.sample(), monitor.sample()]);
    expect(first).toBe(second);
    expect(await monitor.sample()).not.toBe(first);
  });

  it('names the resources that reach their threshold, and ends when the signal aborts', async () => {
    const abort = new AbortController();
    const samples: WatchedSample[] = [];
    const thresholds = { cpu: 100, memory: 0, disk: 0 };
    for await (const sample of new ResourceMonitor().watch({
      thresholds,
      intervalMs: 1,
      signal: abort.signal,
    })) {
      samples.push(sample);
      if (samples.length === 3) abort.abort();
    }
    expect(samples).toHaveLength(3);
    for (const { breached } of samples)
      expect(breached.filter((name) => name !== 'cpu')).toEqual(['memory', 'disk']);
    expect(samples.map(({ at }) => at)).toEqual(samples.map(({ at }) => at).toSorted((a, b) => a - b));
  });

  it('ends while it waits for the next sample', async () => {
    const abort = new AbortController();
    const watch = new ResourceMonitor().watch({ intervalMs: 3_600_000, signal: abort.signal });
    expect((await watch.next()).done).toBe(false);
    const next = watch.next();
    abort.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('yields nothing for a signal that is aborted already', async () => {
    const watch = new ResourceMonitor().watch({ signal: AbortSignal.abort() });
    expect((await watch.next()).done).toBe(true);
  });

  it('is constrained with the reason when a threshold is reached, and not otherwise', async () => {
    const monitor = new ResourceMonitor();
    const tight = await monitor.isConstrained({ cpu: 100, memory: 0, disk: 100 });
    expect(tight.constrained).toBe(true);
    expect(tight.reasons).toContainEqual({
      resource: 'memory',
      percent: expect.closeTo((await monitor.sample()).memoryPercent, -1),
      thresholdPercent: 0,
    });
    const { reasons } = await monitor.isConstrained({ cpu: 100, memory: 100, disk: 100 });
    expect(reasons.filter(({ resource }) => resource === 'memory')).toEqual([]);
  });

  it('refuses thresholds and intervals that make no sense, and a disk that is not there', async () => {
    const monitor = new ResourceMonitor();
    await expect(monitor.isConstrained({ cpu: 140 })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: 'The threshold cpu is 140. Give percentages from 0 to 100 for cpu, memory, disk.',
    });
    await expect(monitor.watch({ intervalMs: 0 }).next()).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(new ResourceMonitor({ diskPath: '/no/such/disk' }).sample()).rejects.toMatchObject({
      code: 'TOOL_FAILED',
    });
  });
});
