import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { MockLanguageModelV3 } from 'ai/test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Answer, MultiAi, normaliseAnswer, offlineProvider } from '../capabilities/multi_ai/index.js';
import { Unavailable } from '../errors.js';
import { multiAiWorkload } from '../scenarios/workloads/multi_ai.js';
import { seededRandom } from '../seeded-random.js';

const releases: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0)) await release();
});

const sources = (answers: readonly Answer[]) =>
  answers.map(({ provider, outcome }) => `${provider} ${outcome}`);

function answered(provider: string, text: string, latencyMs = 1): Answer {
  return { provider, outcome: 'answered', text, model: 'm', finishReason: 'stop', usage: {}, latencyMs };
}

/** Ways to put the same answer. */
const dresses: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => `  "${text}". `,
  (text) => `**${text}**`,
  (text) => `\`\`\`text\n${text}\n\`\`\``,
  (text) => text.replaceAll(' ', '\n  '),
];

describe('consensus', () => {
  it('finds the planted majority in 300 of 300 seeded polls, and names exactly the dissenters', async () => {
    const ai = new MultiAi();
    let found = 0;
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = seededRandom(seed);
      const voters = 3 + Math.floor(random() * 6);
      const majority = Math.floor(voters / 2) + 1 + Math.floor(random() * (voters - Math.floor(voters / 2)));
      const votes = Array.from({ length: voters }, (_none, index) => {
        const text = index < majority ? 'the deep blue sea' : `mistake number ${Math.floor(random() * 2)}`;
        const dress = dresses[Math.floor(random() * dresses.length)] as (text: string) => string;
        return { name: `voter ${index}`, text: dress(text), order: random() };
      }).sort((one, other) => one.order - other.order);
      const { answers } = await ai.ask(
        'Where is it?',
        votes.map(({ name, text }) => offlineProvider(name, { answer: text })),
      );
      const { outcome, winner, agreement, supporters, dissent, silent } = ai.consensus(answers);
      expect({ outcome, winner: normaliseAnswer(winner ?? ''), silent }).toEqual({
        outcome: 'majority',
        winner: 'the deep blue sea',
        silent: [],
      });
      expect(agreement).toBeCloseTo(majority / voters, 12);
      expect(supporters).toHaveLength(majority);
      expect(dissent.flatMap(({ providers }) => providers)).toHaveLength(voters - majority);
      found += 1;
    }
    expect(found).toBe(300);
  });

  it('says that there is a tie, and between whom', () => {
    const consensus = new MultiAi().consensus([
      answered('a', 'yes', 3),
      answered('b', 'No.'),
      answered('c', 'YES', 2),
      answered('d', 'no'),
      answered('e', 'maybe'),
    ]);
    expect(consensus).toEqual({
      outcome: 'tie',
      winner: null,
      agreement: 0.4,
      supporters: [],
      tied: [
        { text: 'YES', providers: ['a', 'c'], share: 0.4 },
        { text: 'No.', providers: ['b', 'd'], share: 0.4 },
      ],
      dissent: [{ text: 'maybe', providers: ['e'], share: 0.2 }],
      silent: [],
    });
  });

  it('tells a plurality from a majority, and silence from an opinion', () => {
    const ai = new MultiAi();
    const votes = ['x', 'x', 'y', 'z'].map((text, index) => answered(`p${index}`, text));
    expect(ai.consensus(votes)).toMatchObject({ outcome: 'plurality', winner: 'x', agreement: 0.5 });
    const silent: Answer = { provider: 'q', outcome: 'failed', reason: 'broken', latencyMs: 1 };
    expect(ai.consensus([silent, answered('r', ' ** ** ')])).toEqual({
      outcome: 'noAnswer',
      winner: null,
      agreement: 0,
      supporters: [],
      tied: [],
      dissent: [],
      silent: [
        { provider: 'q', reason: 'broken' },
        { provider: 'r', reason: 'the answer is empty' },
      ],
    });
    expect(ai.consensus([])).toMatchObject({ outcome: 'noAnswer' });
  });

  it('compares by a function that is given', () => {
    const votes = [answered('a', 'It is Paris'), answered('b', 'Paris'), answered('c', 'Rome')];
    const ai = new MultiAi();
    expect(ai.consensus(votes).outcome).toBe('tie');
    const normalise = (text: string) => text.split(' ').at(-1) ?? '';
    expect(ai.consensus(votes, { normalise })).toMatchObject({ outcome: 'majority', supporters: ['a', 'b'] });
  });
});

describe('a normalised answer', () => {
  it.each([
    ['1,000', '1000.0'],
    ['“Paris”.', 'paris'],
    ['{"a":1,"b":[2]}', '```json\n{ "b": [2], "a": 1 }\n```'],
    ['ﬁne', 'FINE!'],
    ['_word_', 'word'],
  ])('is the same for %j and %j', (one, other) => {
    expect(normaliseAnswer(one)).toBe(normaliseAnswer(other));
  });

  it.each([
    ['1.5', '15'],
    ['-1', '1'],
    ['1,00', '100'],
    ['{"a":1}', '{"a":2}'],
    ['not a', 'a'],
    ['a?', 'a'],
  ])('differs for %j and %j', (one, other) => {
    expect(normaliseAnswer(one)).not.toBe(normaliseAnswer(other));
  });
});

describe('asking', () => {
  it('names who failed, stalled and is deaf, and keeps the answers of the others', async () => {
    const ai = new MultiAi();
    const { answers } = await ai.ask(
      'Ready?',
      [
        offlineProvider('good', { answer: 'yes' }),
        offlineProvider('broken', { failure: 'out of memory' }),
        offlineProvider('slow', { stall: 'until aborted' }),
        offlineProvider('deaf', { stall: 'deaf' }),
        { name: 'unmade', create: () => Promise.reject(new Error('no such model')) },
      ],
      { timeoutMs: 2_000 },
    );
    expect(sources(answers)).toEqual([
      'offline:good answered',
      'offline:broken failed',
      'offline:slow timedOut',
      'offline:deaf timedOut',
      'injected:unmade failed',
    ]);
    expect(ai.consensus(answers)).toMatchObject({
      winner: 'yes',
      agreement: 1,
      silent: [
        { provider: 'offline:broken', reason: 'out of memory' },
        { provider: 'offline:slow', reason: 'no answer within 2000 ms' },
        { provider: 'offline:deaf', reason: 'no answer within 2000 ms' },
        { provider: 'injected:unmade', reason: 'no such model' },
      ],
    });
    for (const { latencyMs } of answers) expect(latencyMs).toBeGreaterThan(0);
  });

  it('aborts the request of a provider that is too slow', async () => {
    let signal: AbortSignal | undefined;
    const model = new MockLanguageModelV3({
      doGenerate: ({ abortSignal }) => {
        signal = abortSignal;
        return new Promise(() => undefined);
      },
    });
    const { answers } = await new MultiAi({ timeoutMs: 500 }).ask('?', [{ name: 'm', create: () => model }]);
    expect(sources(answers)).toEqual(['offline:m timedOut']);
    expect(signal?.aborted).toBe(true);
  });

  it('marks what a test model says, under whatever name it is brought', async () => {
    const model = new MockLanguageModelV3({
      provider: 'openai',
      modelId: 'gpt-5',
      doGenerate: { ...reply('hm') },
    });
    const ai = new MultiAi({ providers: { 'gateway:best': () => model } });
    const { answers } = await ai.ask('?', ['gateway:best']);
    expect(answers[0]).toMatchObject({
      provider: 'offline:gateway:best',
      text: 'hm',
      usage: { inputTokens: 3, outputTokens: 1 },
    });
  });

  it('opens no connection for offline providers', async () => {
    const connected = vi.spyOn(Socket.prototype, 'connect');
    const fetched = vi.spyOn(globalThis, 'fetch');
    releases.push(() => vi.restoreAllMocks());
    await new MultiAi().ask('?', [
      offlineProvider('a', { answer: 'x' }),
      offlineProvider('b', { failure: 'y' }),
    ]);
    expect(connected).not.toHaveBeenCalled();
    expect(fetched).not.toHaveBeenCalled();
  });

  it('is ended by its signal', async () => {
    const abort = new AbortController();
    const asking = new MultiAi().ask('?', [offlineProvider('a', { stall: 'deaf' })], {
      signal: abort.signal,
    });
    abort.abort();
    await expect(asking).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const late = new MultiAi().ask('?', [offlineProvider('a', { answer: 'x' })], { signal: abort.signal });
    await expect(late).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it.each([
    ['an empty prompt', ' ', ['gateway:m'], {}, /prompt is empty/],
    ['no provider', '?', [], {}, /0 providers/],
    ['an unknown provider', '?', ['nobody:m'], {}, /"nobody:m" is not known. Known are gateway:<model>/],
    ['a provider without a model', '?', ['openai:'], {}, /is not known/],
    ['a provider named like a method of objects', '?', ['constructor:m'], {}, /is not known/],
    ['a provider twice', '?', ['openai:m', 'openai:m'], {}, /twice/],
    ['a timeout of nothing', '?', ['openai:m'], { timeoutMs: 0 }, /timeoutMs is 0/],
  ])('refuses %s', async (_what, prompt, providers, options, message) => {
    await expect(new MultiAi({ environment: {} }).ask(prompt, providers, options)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(message),
    });
  });
});

function reply(text: string) {
  return {
    content: [{ type: 'text' as const, text }],
    finishReason: { unified: 'stop' as const, raw: 'stop' },
    usage: {
      inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: 1, text: 1, reasoning: 0 },
    },
    warnings: [],
  };
}

describe('providers by key', () => {
  it.each([
    ['gateway', 'AI_GATEWAY_API_KEY'],
    ['openai', 'OPENAI_API_KEY'],
    ['anthropic', 'ANTHROPIC_API_KEY'],
    ['google', 'GOOGLE_GENERATIVE_AI_API_KEY'],
  ])('are unavailable without one: %s names %s', async (name, variable) => {
    const asking = new MultiAi({ environment: { [variable]: ' ' } }).ask('?', [`${name}:m`]);
    await expect(asking).rejects.toBeInstanceOf(Unavailable);
    await expect(asking).rejects.toThrow(`Set the environment variable ${variable}.`);
  });

  it('that are unavailable do not keep others from answering', async () => {
    const { answers } = await new MultiAi({ environment: {} }).ask('?', [
      'openai:m',
      offlineProvider('a', { answer: 'x' }),
    ]);
    expect(sources(answers)).toEqual(['openai:m unavailable', 'offline:a answered']);
    expect(answers[0]).toMatchObject({
      reason: 'openai needs a key. Set the environment variable OPENAI_API_KEY.',
    });
  });

  it('reach the gateway with the key of the environment, and only there does the key go', async () => {
    const requests: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      requests.push({ headers: request.headers, body });
      const refused = request.headers['ai-language-model-id'] === 'refused';
      response.writeHead(refused ? 503 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(refused ? { error: { message: 'full', type: 'x' } } : reply('forty-two')));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    releases.push(
      () => server.closeAllConnections(),
      () => new Promise((resolve) => server.close(resolve)),
    );
    const ai = new MultiAi({
      environment: { AI_GATEWAY_API_KEY: 'key-of-the-test' },
      gatewayUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    });
    const { answers } = await ai.ask('How many?', ['gateway:maker/model', 'gateway:refused']);
    expect(sources(answers)).toEqual(['gateway:maker/model answered', 'gateway:refused failed']);
    expect(answers[0]).toMatchObject({ text: 'forty-two', finishReason: 'stop' });
    expect(answers[1]).toMatchObject({ reason: expect.stringMatching(/^HTTP 503/) });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer key-of-the-test',
      'Bearer key-of-the-test',
    ]);
    expect(requests[0]?.body).toContain('How many?');
    expect(JSON.stringify(answers)).not.toContain('key-of-the-test');
  });
});

describe('the workload', () => {
  it('is done and checks its answer', async () => {
    const prepared = await multiAiWorkload.prepare({
      hub: { multi_ai: new MultiAi() } as never,
      root: '/',
      scratchDirectory: '/',
      seed: 41,
      signal: new AbortController().signal,
    });
    for (let number = 0; number < 10; number += 1) await prepared.round(number);
  });
});
