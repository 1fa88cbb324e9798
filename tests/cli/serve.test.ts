import { spawn } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DashboardServer } from '../../src/cli/serve/dashboard-server.js';
import { command } from '../support/command-line.js';
import { SessionsOfRuns } from '../support/sessions-of-runs.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const program = resolve(dirname(fileURLToPath(import.meta.url)), '../../dist/bundle/cli/main.js');
const token = 'a-token-nobody-guesses';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Unlike fetch it sends whatever Host, Origin and Cookie it is told. */
function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((settle, fail) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        settle({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('error', fail);
    request.end();
  });
}

async function startServer({ host = '127.0.0.1', secret = null as string | null } = {}): Promise<number> {
  const sessions = new SessionsOfRuns();
  sessions.addAll([10, 11]);
  const server = new DashboardServer({
    database: sessions.store.path,
    host,
    port: 0,
    token: secret,
    complain: (sentence) => {
      throw new Error(sentence);
    },
  });
  const port = await server.listen();
  onTestFinished(() => server.close());
  return port;
}

describe('the server', () => {
  test('answers with pages and data that nothing may keep, frame or guess the type of', async () => {
    const port = await startServer();
    const list = await ask(port, '/');
    expect(list.status).toBe(200);
    expect(list.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(list.headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    const data = JSON.parse((await ask(port, '/session/run-02/data.json')).body) as {
      page: { report: { totals: unknown } };
    };
    expect(data.page.report.totals).toMatchObject({ activities: 25 });
    expect(JSON.parse((await ask(port, '/data.json')).body)).toMatchObject({
      sessions: [{ sessionId: 'run-02' }, { sessionId: 'run-01' }],
    });
    expect((await ask(port, '/session/run-01')).body).toContain('<title>run-01 - real-world report</title>');
  });

  test.each([
    ['/session/run-09', 404],
    ['/session/run-01/../../etc/passwd', 404],
    ['/session/%E0%A4%A', 404],
    ['/session/run-01/data', 404],
    ['//evil.example/', 404],
    ['//', 404],
    ['http://[', 404],
  ])('has nothing at %s', async (path, status) => {
    expect((await ask(await startServer(), path)).status).toBe(status);
  });

  test.each([
    ['a foreign name, as DNS rebinding brings it', { Host: 'evil.example' }],
    ['a name that begins like its own', { Host: '127.0.0.1.evil.example' }],
    ['an address that it does not listen on', { Host: '10.0.0.1' }],
    ['a page of another site', { Origin: 'http://evil.example' }],
    ['a page without an origin', { Origin: 'null' }],
  ])('refuses %s', async (_what, headers) => {
    const answer = await ask(await startServer(), '/data.json', { headers });
    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain('run-01');
  });

  test('answers to its names and to its own pages', async () => {
    const port = await startServer();
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, 'LOCALHOST:1']) {
      expect([host, (await ask(port, '/data.json', { headers: { Host: host } })).status]).toEqual([
        host,
        200,
      ]);
    }
    const own = { Host: `localhost:${port}`, Origin: `http://localhost:${port}` };
    expect((await ask(port, '/data.json', { headers: own })).status).toBe(200);
  });

  test('changes nothing for anybody', async () => {
    const port = await startServer();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await ask(port, '/', { method });
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'GET, HEAD']);
    }
    expect(await ask(port, '/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  test('lets in who shows the token, by its address, a header, or the cookie that it gives for it', async () => {
    const port = await startServer({ secret: token });
    expect((await ask(port, '/data.json')).status).toBe(401);
    expect((await ask(port, '/?token=wrong')).status).toBe(401);
    expect((await ask(port, '/', { headers: { Authorization: 'Bearer wrong' } })).status).toBe(401);
    expect((await ask(port, '/', { headers: { Cookie: `realworld_serve=${token}` } })).status).toBe(401);
    expect((await ask(port, '/', { headers: { Authorization: `Bearer ${token}` } })).status).toBe(200);
    const shown = await ask(port, `/session/run-01?token=${token}`);
    expect(shown).toMatchObject({ status: 303, headers: { location: '/session/run-01' }, body: '' });
    const [cookie = ''] = shown.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^realworld_serve=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(token);
    const elsewhere = await ask(port, `//evil.example/?token=${token}`);
    expect(elsewhere.headers.location).toBe('/evil.example/');
    const later = await ask(port, '/data.json', { headers: { Cookie: cookie.split(';')[0] ?? '' } });
    expect(later.status).toBe(200);
  });

  test('answers to any address and to no foreign name when it listens everywhere', async () => {
    const port = await startServer({ host: '0.0.0.0', secret: token });
    const headers = { Authorization: `Bearer ${token}` };
    expect((await ask(port, '/', { headers: { ...headers, Host: '192.0.2.7' } })).status).toBe(200);
    expect((await ask(port, '/', { headers: { ...headers, Host: 'evil.example' } })).status).toBe(403);
  });
});

describe('vitest-realworld serve', () => {
  test('ends with 2 and advice when it is used wrongly', async () => {
    const { directory } = new SessionsOfRuns();
    for (const [words, advice] of [
      [['--host', '0.0.0.0'], 'add --allow-remote and set a token of 16 characters or more'],
      [['--host', '0.0.0.0', '--allow-remote'], 'set a token'],
      [['--host', '0.0.0.0', '--token', token], 'add --allow-remote'],
      [['--host', 'example.org', '--allow-remote', '--token', 'short'], 'The token has 5 characters'],
      [['--port', '70000'], 'takes a whole number from 0 to 65535'],
      [['--prot', '1'], 'Did you mean "--port"?'],
      [['--db', 'none.db'], 'There is no database'],
    ] as const) {
      const end = await command(directory, 'serve', ...words);
      expect([words, end.exitCode, end.complaints]).toEqual([words, 2, expect.stringContaining(advice)]);
    }
  });

  test('says which port is in use and what to do', async () => {
    const port = await startServer();
    const { directory } = new SessionsOfRuns();
    expect(await command(directory, 'serve', '--port', String(port))).toMatchObject({
      exitCode: 2,
      output: '',
      complaints: `vitest-realworld: Port ${port} of 127.0.0.1 is in use. Name another with --port, or take any that is free with --port 0.\n`,
    });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('is the built program, and ends with 0 on %s', async (signal) => {
    const { directory } = new SessionsOfRuns();
    const child = spawn(process.execPath, [program, 'serve', '--port', '0'], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let output = '';
    const ended = new Promise((settle) => {
      child.once('close', (code, by) => settle([code, by]));
    });
    const port = await new Promise<number>((settle, fail) => {
      child.once('error', fail);
      child.once('close', () => fail(new Error(`It ended early: ${output}`)));
      child.stderr.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        const [, found] = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(output) ?? [];
        if (found !== undefined && output.includes('Ctrl-C')) settle(Number(found));
      });
    });
    expect((await ask(port, '/')).status).toBe(200);
    // Somebody who listens does not hold it up.
    const listening = httpRequest({ host: '127.0.0.1', port, path: '/events' });
    const gone = new Promise((settle) => {
      listening.on('response', (response) => {
        response.once('data', () => child.kill(signal));
        response.once('close', settle);
      });
      listening.on('error', settle);
    });
    listening.end();
    await gone;
    expect(await ended).toEqual([0, null]);
  });

  test('does not make a database by looking for one', async () => {
    const directory = temporaryDirectory();
    const end = await command(directory, 'serve');
    expect(end.exitCode).toBe(2);
    expect(end.complaints).toContain('Run the scenarios first');
  });
});
