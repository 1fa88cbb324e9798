import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { InnerProject, smallProject, unitTest } from './inner-project.js';

const { Terminal } = createRequire(import.meta.url)('@xterm/headless') as typeof import('@xterm/headless');
const vitestBin = resolve('node_modules/vitest/vitest.mjs');
const script = '/usr/bin/script';

/** A terminal's screen and what has scrolled out of it, as a person sees it after each piece of output. */
async function watchInTerminal(
  project: InnerProject,
  columns: number,
  onScreen: (lines: readonly string[]) => void,
) {
  const terminal = new Terminal({ cols: columns, rows: 50, scrollback: 5_000, allowProposedApi: true });
  const command = `stty cols ${columns} rows 50; exec '${process.execPath}' '${vitestBin}' run`;
  const child = spawn(script, ['-qfec', command, '/dev/null'], {
    cwd: project.root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TERM: 'xterm-256color' },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
  });
  const read = (): readonly string[] => {
    const { buffer } = { buffer: terminal.buffer.active };
    return Array.from(
      { length: buffer.length },
      (_, row) => buffer.getLine(row)?.translateToString(true) ?? '',
    );
  };
  for await (const chunk of child.stdout) {
    await new Promise<void>((written) => terminal.write(chunk as Buffer, written));
    onScreen(read());
  }
  return read();
}

const slowProject = {
  ...smallProject,
  ...unitTest,
  'greeter.realworld.ts': `
    import { realWorldTest as realWorld } from 'vitest-realworld';
    realWorld.scenario('greets for a while', { kind: 'load' }, async ({ hub }) => {
      for (let call = 0; call < 40; call++) { hub.greeter.greet('Ada'); await hub.greeter.wait(100); }
    });`,
};

test.skipIf(!existsSync(script))(
  'in a terminal the session is a part of what Vitest redraws, and nothing of it is left at the end',
  async () => {
    using project = new InnerProject(slowProject);
    const regions = new Set<string>();
    let torn: readonly string[] | null = null;
    const screen = await watchInTerminal(project, 90, (lines) => {
      const rows = lines.filter((line) => /Running 0:\d\d:\d\d/.test(line));
      if (rows.length > 1) torn = lines;
      for (const row of rows) regions.add(row);
    });
    expect(torn, 'a screen with the region twice').toBeNull();
    expect(regions.size).toBeGreaterThan(1);
    const text = screen.join('\n');
    expect(text).not.toMatch(/Running 0:/);
    expect(text).toContain('END OF REPORT');
    expect(text).toMatch(/Test Files +2 passed/);
  },
  90_000,
);

test('in a pipe there is a line at every interval instead', async () => {
  using project = new InnerProject({
    ...slowProject,
    'vitest.config.ts': `
      import { defineConfig } from 'vitest/config';
      import { realWorld } from 'vitest-realworld/plugin';
      export default defineConfig({ plugins: [realWorld({ monitorIntervalSeconds: 0.3, limits: { cpuPercentMax: 100 } })] });`,
  });
  const run = await project.run();
  expect(run.stdout).toMatch(
    /^\[test_\S+\] Running 0:00:0\d, 0 scenarios done, file 1 of 1, \d+ activities, 0 errors, CPU [\d.]+%, Memory [\d.]+%; greeter \d+ 100\.0% success$/m,
  );
});
