import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { FileChange } from '../../src/scenario/monitoring.js';
import { MonitoringEngine } from '../../src/scenario/monitoring.js';
import { engineRig } from '../support/engine-rig.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { rejectionOf } from '../support/thrown-by.js';

function realTime() {
  const rig = engineRig();
  const context = { ...rig.context, clock: systemClock };
  return { ...rig, engine: new MonitoringEngine(context) };
}

describe('a watch', () => {
  test('runs every schedule at its own pace, none beside itself', async () => {
    const { engine, metricValues } = realTime();
    let active = 0;
    let most = 0;
    const ticks: string[] = [];
    const result = await engine.watch({
      durationMs: 300,
      every: [
        { name: 'quick', intervalMs: 30, run: () => void ticks.push('quick') },
        {
          name: 'slow',
          intervalMs: 10,
          run: async () => {
            most = Math.max(most, ++active);
            await new Promise((end) => setTimeout(end, 50));
            active--;
            return { files: 3 };
          },
        },
      ],
    });
    const [quick, slow] = result.schedules;
    expect(most).toBe(1);
    expect(ticks).toHaveLength(quick?.ticks ?? 0);
    expect(quick?.ticks).toBeGreaterThan(2);
    expect(slow?.skipped).toBeGreaterThan(slow?.ticks ?? 0);
    expect(slow?.files).toBe(3 * (slow?.ticks ?? 0));
    expect(result).toMatchObject({
      ticks: (quick?.ticks ?? 0) + (slow?.ticks ?? 0),
      errors: 0,
      interrupted: false,
    });
    expect(metricValues()).toContainEqual(['ticks', result.ticks]);
  });

  test('throws on what a tick throws, or keeps it and goes on, and tells whether it recovered', async () => {
    const { engine, rig } = realTime();
    const every = [
      {
        name: 'index',
        intervalMs: 20,
        run: ({ index }: { readonly index: number }) => {
          if (index === 1) throw new Error('no index');
        },
      },
    ];
    await expect(engine.watch({ durationMs: 200, every })).rejects.toThrow('no index');
    const result = await engine.watch({ durationMs: 200, every, onError: 'record' });
    expect(result).toMatchObject({ errors: 1, recovered: 1 });
    expect(rig.issues).toMatchObject([{ issueType: 'watch_error', severity: 'medium' }]);
    expect(rig.issues[0]?.description).toContain('The schedule "index" failed 1 time with "no index".');
  });

  test('hands over every change of a file, whether the operating system told of it or not', async () => {
    const { engine } = realTime();
    const root = temporaryDirectory();
    mkdirSync(join(root, 'src/deep'), { recursive: true });
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'src/kept.ts'), 'one');
    writeFileSync(join(root, 'src/gone.ts'), 'one');
    const seen = new Map<string, FileChange['kind']>();
    const contents = new Map<string, string>();
    const work = [
      () => writeFileSync(join(root, 'src/kept.ts'), 'one and two'),
      () => writeFileSync(join(root, 'src/deep/new.ts'), 'new'),
      () => rmSync(join(root, 'src/gone.ts')),
      () => writeFileSync(join(root, 'node_modules/left-out.js'), 'x'),
      () => mkdirSync(join(root, 'later')),
      () => writeFileSync(join(root, 'later/in-new-folder.ts'), 'x'),
      () => renameSync(join(root, 'src/deep/new.ts'), join(root, 'src/deep/moved.ts')),
    ];
    const result = await engine.watch({
      durationMs: 1_200,
      every: [{ name: 'edit', intervalMs: 80, run: ({ index }) => work[index]?.() }],
      files: {
        root,
        debounceMs: 20,
        onChange: (changes) => {
          for (const { path, kind } of changes) {
            seen.set(path, kind);
            if (kind !== 'removed') contents.set(path, readFileSync(join(root, path), 'utf8'));
          }
        },
      },
    });
    expect(Object.fromEntries(seen)).toMatchObject({
      'src/kept.ts': 'changed',
      'src/gone.ts': 'removed',
      'src/deep/moved.ts': 'added',
      'later/in-new-folder.ts': 'added',
    });
    expect([...seen.keys()].some((path) => path.includes('node_modules'))).toBe(false);
    expect(contents.get('src/kept.ts')).toBe('one and two');
    expect(result.files).toMatchObject({ complete: true, changes: expect.any(Number) });
    expect(result.files?.reactionTime.count).toBeGreaterThan(0);
    expect(result.filesPerMinute).toBeGreaterThan(0);
  });

  test('judges the memory along the way', async () => {
    const { engine, rig } = realTime();
    const kept: number[][] = [];
    const result = await engine.watch({
      durationMs: 3_000,
      every: [
        {
          name: 'keep',
          intervalMs: 2,
          run: () => void kept.push(Array.from({ length: 2_000 }, (_, index) => index + 0.5)),
        },
      ],
      leak: { samples: 30, capability: 'shop' },
    });
    expect(kept.length).toBeGreaterThan(0);
    expect(result.leak?.verdict).toBe('leak');
    expect(rig.issues).toMatchObject([{ issueType: 'leak', severity: 'high', capability: 'shop' }]);
    const short = await engine.watch({
      durationMs: 50,
      every: [{ name: 'idle', intervalMs: 10, run: () => {} }],
      leak: { samples: 3 },
    });
    expect(short.leak?.verdict).toBe('inconclusive');
  });

  test.each([
    [{}, 'there is nothing to do'],
    [{ every: [{ name: 'a', intervalMs: 0, run: () => {} }] }, 'intervalMs of "a"'],
    [{ evry: [] }, 'Did you mean "every"?'],
    [{ files: { root: '/no/such/folder', onChange: () => {} } }, 'cannot be watched'],
  ])('refuses %o', async (options, sentence) => {
    const error = await rejectionOf(Promise.resolve().then(() => realTime().engine.watch(options as never)));
    expect(error).toMatchObject({ code: 'ENGINE_INVALID', message: expect.stringContaining(sentence) });
  });
});
