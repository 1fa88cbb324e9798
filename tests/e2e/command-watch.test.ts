import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InnerProject, smallProject, waitFor } from './inner-project.js';

/** A project whose scenario goes on until a file is there. */
function longProject(): InnerProject {
  return new InnerProject({
    ...smallProject,
    'greeter.realworld.ts': `
      import { existsSync } from 'node:fs';
      import { realWorldTest as realWorld } from 'vitest-realworld';
      realWorld.scenario('goes on', { kind: 'monitoring' }, async ({ hub, signal }) => {
        while (!signal.aborted && !existsSync('end')) await hub.greeter.wait(5);
      });`,
  });
}

interface Look {
  readonly sessions: readonly {
    readonly activities: number;
    readonly runner: string;
    readonly capabilities: readonly { readonly name: string }[];
  }[];
}

describe('watch', () => {
  test('shows a session of another process while it runs, and none when it is over', async () => {
    using project = longProject();
    const run = project.startRun(['--project', 'realworld']);
    const watching = project.startCommand(['watch', '--interval', '0.2', '--json']);
    const lines: Look[] = [];
    watching.child.stdout?.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n')) if (line !== '') lines.push(JSON.parse(line) as Look);
    });
    const calls = (look: Look | undefined): number => look?.sessions[0]?.activities ?? 0;
    await waitFor('calls that grow', () => {
      const counts = lines.map(calls).filter((count) => count > 0);
      return new Set(counts).size > 1;
    });
    const [shown] = lines.findLast((look) => calls(look) > 0)?.sessions ?? [];
    expect(shown).toMatchObject({ runner: 'at_work', capabilities: [{ name: 'greeter' }] });
    const once = await project.runCommand(['watch', '--once']);
    expect(once.exitCode, once.output).toBe(0);
    expect(once.stdout).toMatch(/^\[test_\w+\] running for .*, \d+ activities, 0 errors.* \| greeter \d+\n$/);
    writeFileSync(project.path('end'), '');
    expect((await run.ended).exitCode).toBe(0);
    await waitFor('the end of the session', () => lines.at(-1)?.sessions.length === 0);
    watching.child.kill('SIGINT');
    expect((await watching.ended).exitCode).toBe(0);
    expect(project.query('SELECT status FROM test_sessions')).toEqual([{ status: 'completed' }]);
  });

  test('says that a run was killed', async () => {
    using project = longProject();
    const run = project.startRun(['--project', 'realworld']);
    await waitFor('a session', () => {
      try {
        return project.query('SELECT 1 FROM test_sessions').length > 0;
      } catch {
        // The database is being made at this moment.
        return false;
      }
    });
    run.child.kill('SIGKILL');
    await run.ended;
    writeFileSync(project.path('end'), '');
    const once = await project.runCommand(['watch', '--once', '--directory', '.realworld']);
    expect(once.exitCode, once.output).toBe(0);
    expect(once.stdout).toContain('its run is gone');
    const elsewhere = await project.runCommand(['watch', '--once', '--directory', 'elsewhere']);
    expect(elsewhere.stdout).not.toContain('its run is gone');
  });

  test('waits where there is no database yet, makes none, and refuses what is no database', async () => {
    using project = new InnerProject({ 'text.db': 'text' });
    const once = await project.runCommand(['watch', '--once']);
    expect([once.exitCode, once.stdout]).toEqual([0, 'No session is running.\n']);
    expect(existsSync(project.path('.realworld'))).toBe(false);
    expect((await project.runCommand(['watch', '--once', '--db', 'text.db'])).exitCode).toBe(2);
    expect((await project.runCommand(['watch', '--interval', '0'])).exitCode).toBe(2);
  });

  test.skipIf(!existsSync('/usr/bin/script'))('draws one region anew on a terminal', async () => {
    using project = new InnerProject({});
    const log = project.path('terminal.log');
    const program = `${process.execPath} dist/bundle/cli/main.js watch --interval 0.2 --db ${project.path('no.db')}`;
    const child = spawn('/usr/bin/script', ['--quiet', '--flush', '--command', program, log], {
      stdio: 'ignore',
    });
    const ended = new Promise<void>((settle) => child.once('close', () => settle()));
    const drawn = (): number =>
      existsSync(log) ? readFileSync(log, 'utf8').split('\u001b[1A\u001b[0J').length : 0;
    await waitFor('three drawings', () => drawn() > 2);
    child.kill('SIGTERM');
    await ended;
    const redrawn = `\u001b[1A\u001b[0JNo session is running.`;
    expect(readFileSync(log, 'utf8')).toContain(redrawn);
  });
});
