import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackgroundTasks, followFileChanges } from '../capabilities/background_tasks/index.js';
import { openPausedTasks, type PausedTasks } from './support/paused-tasks.js';

let paused: PausedTasks;
let stateDirectory: string;
let tasks: BackgroundTasks;

beforeEach(() => {
  paused = openPausedTasks();
  ({ stateDirectory, tasks } = paused);
});

afterEach(() => paused.close());

describe('an event', () => {
  it('makes the tasks of its rules, which say where they came from, up to the task that followed', async () => {
    const scanned: unknown[] = [];
    tasks.handle('scan', (payload, context) => {
      scanned.push(payload);
      context.followUp('report', { of: payload });
      return null;
    });
    tasks.handle('report', () => 'written');
    const end = tasks.on('file_changed', {
      name: 'scan sources',
      type: 'scan',
      when: ({ detail }) => String((detail as { path: string }).path).endsWith('.ts'),
      priority: 5,
    });
    expect(tasks.emit('file_changed', { source: 'watcher', detail: { path: 'readme.md' } })).toEqual([]);
    const [made] = tasks.emit('file_changed', { source: 'watcher', detail: { path: 'a.ts' } });
    await tasks.drain();
    expect(scanned).toEqual([{ path: 'a.ts' }]);
    const report = tasks.tasks('done').find(({ type }) => type === 'report');
    expect(tasks.lineage(report?.id ?? 0).map(({ type, source }) => ({ type, source }))).toEqual([
      { type: 'report', source: { origin: 'watcher', parentTaskId: made?.id } },
      { type: 'scan', source: { origin: 'watcher', event: 'file_changed', rule: 'scan sources' } },
    ]);
    end();
    expect(tasks.emit('file_changed', { source: 'watcher', detail: { path: 'b.ts' } })).toEqual([]);
  });

  it('of a changed file has it indexed, scanned and reviewed, once for changes that come together', async () => {
    const worked: string[] = [];
    const note = (what: string) => async (path: string) => {
      worked.push(`${what} ${path}`);
      return null;
    };
    followFileChanges(tasks, {
      reindex: async ([path]) => note('reindex')(String(path)),
      scan: note('scan'),
      review: note('review'),
    });
    for (const path of ['a.ts', 'b.ts', 'a.ts', 'a.ts']) {
      tasks.emit('file_changed', { source: 'watcher', detail: { path } });
    }
    await tasks.drain();
    expect(worked).toEqual([
      'reindex a.ts',
      'reindex b.ts',
      'scan a.ts',
      'scan b.ts',
      'review a.ts',
      'review b.ts',
    ]);
    expect(() => tasks.emit('file_changed', { source: 'watcher', detail: 'a.ts' })).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
  });
});

describe('schedules', () => {
  it('enqueue at their times, once for all processes that share a name', async () => {
    const second = new BackgroundTasks({ stateDirectory });
    const bothTicked = new Promise<void>((resolve) => {
      tasks.handle('tick', () => {
        if (tasks.status().byType.tick?.done === 1) resolve();
        return null;
      });
    });
    tasks.resume();
    await tasks.schedule('each second', '* * * * * *', 'tick');
    await second.schedule('each second', '* * * * * *', 'tick');
    await bothTicked;
    const slots = [...tasks.tasks('done'), ...tasks.tasks('running'), ...tasks.tasks('queued')]
      .filter(({ type }) => type === 'tick')
      .map(({ source }) => source.event);
    expect(new Set(slots).size).toBe(slots.length);
    await second.dispose();
    await expect(tasks.schedule('bad', 'every day', 'tick')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});
