import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';

realWorld.scenario(
  'finds links that break while notes come and go',
  { kind: 'monitoring' },
  async ({ hub, workspace, monitoring, record, durationMs }) => {
    // The workspace is for every scenario to read; what is written goes into a copy.
    const folder = await workspace.copy();
    expect(await hub.notes.findBrokenLinks(folder)).toEqual([]);

    let found = 0;
    const watched = await monitoring.run({
      intervalMs: Math.max(20, durationMs / 20),
      onTick: async ({ index }) => {
        const note = join(folder, 'new.md');
        await writeFile(note, `See [[missing-${index}]].\n`);
        const broken = await hub.notes.findBrokenLinks(folder);
        expect(broken).toEqual([{ note: 'new.md', target: `missing-${index}` }]);
        found += broken.length;
        await rm(note);
      },
    });

    expect(watched.ticks).toBeGreaterThan(0);
    record.metric('broken_links_found', found, 'count', { capability: 'notes' });
  },
);
