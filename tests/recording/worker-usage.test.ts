import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { WorkerUsageReader } from '../../src/recording/worker-usage.js';

describe('the usage of a worker', () => {
  test('is its resident memory and, from the second reading on, its share of a core', async () => {
    const reader = new WorkerUsageReader();
    const [first] = await reader.read([process.pid], performance.now());
    const busyUntil = process.cpuUsage().user + 200_000;
    while (process.cpuUsage().user < busyUntil);
    const [second] = await reader.read([process.pid], performance.now());
    expect(first?.pid).toBe(process.pid);
    expect(Math.abs((first?.rssBytes ?? 0) / process.memoryUsage.rss() - 1)).toBeLessThan(0.5);
    expect(first?.cpuPercent).toBeNull();
    expect(second?.cpuPercent).toBeGreaterThan(0);
  });

  test('of a worker that has ended is not there', async () => {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'exit');
    expect(await new WorkerUsageReader().read([child.pid as number], 0)).toEqual([]);
  });

  test('of a blocked worker is read all the same', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdout.write("on"); for (;;);'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    const usage = await new WorkerUsageReader().read([child.pid as number], 0);
    child.kill('SIGKILL');
    expect(usage).toMatchObject([{ pid: child.pid }]);
    expect(usage[0]?.rssBytes).toBeGreaterThan(1_000_000);
  });
});
