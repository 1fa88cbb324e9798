import { describe, expect, test } from 'vitest';
import { IntegrationEngine } from '../../src/scenario/integration.js';
import { engineRig } from '../support/engine-rig.js';
import { thrownBy } from '../support/thrown-by.js';

const files = () => ['a.js', 'b.js', 'c.js'];
const scan = (file: string) => [{ id: `${file}:1`, file }];

describe('a flow', () => {
  test('follows every final item back to its source', async () => {
    const { context, rig } = engineRig();
    const flow = new IntegrationEngine(context).flow('findings');
    const sources = await flow.step('git_intelligence', files);
    const findings = await flow.each('security_scanner', scan, { inputs: sources });
    const kept = await flow.step('persistent_memory', (inputs) => inputs.map(({ id }) => id), {
      inputs: findings,
    });
    expect(kept[0]).toMatchObject({
      id: 'a.js:1',
      madeBy: { step: 3, capability: 'persistent_memory' },
      from: [{ madeBy: { step: 2, capability: 'security_scanner' }, from: [{ id: 'a.js', from: [] }] }],
    });
    expect(flow.checkLineage(kept)).toMatchObject({
      verdict: 'whole',
      whole: true,
      lost: [],
      duplicated: [],
      untraceable: [],
      distinctCapabilities: 3,
      capabilities: ['git_intelligence', 'security_scanner', 'persistent_memory'],
    });
    expect(rig.metrics.map(({ metricType, value }) => [metricType, value])).toEqual([
      ['data_flow_integrity', 1],
      ['cross_capability_coordination', 1],
      ['capabilities_in_flow', 3],
    ]);
    expect(rig.issues).toEqual([]);
  });

  test('tells which sources were lost and duplicated, and which final items come from nowhere', async () => {
    const { context, rig } = engineRig();
    const flow = new IntegrationEngine(context).flow('findings');
    const sources = await flow.step('git_intelligence', files);
    const findings = await flow.each('security_scanner', scan, { inputs: sources });
    const result = flow.checkLineage([findings[0] ?? '', 'b.js:1', 'b.js:1', 'invented']);
    expect(result).toMatchObject({
      verdict: 'damaged',
      lost: ['c.js'],
      duplicated: ['b.js'],
      foreign: ['invented'],
      untraceable: ['invented'],
    });
    expect(rig.issues).toMatchObject([{ issueType: 'lost_data', severity: 'high' }]);
  });

  test('does not take a copied item for one that was made here', async () => {
    const flow = new IntegrationEngine(engineRig().context).flow('findings');
    const [source] = await flow.step('git_intelligence', files);
    if (source === undefined) throw new Error('no source');
    expect(flow.checkLineage([{ ...source }]).untraceable).toEqual(['a.js']);
  });

  test('takes several items from one source for duplicates only where there should be one', async () => {
    const flow = new IntegrationEngine(engineRig().context).flow('findings');
    const sources = await flow.step('git_intelligence', files);
    const findings = await flow.each('security_scanner', (file: string) => [`${file}:1`, `${file}:2`], {
      inputs: sources,
    });
    expect(flow.checkLineage(findings).duplicated).toEqual(files());
    expect(flow.checkLineage(findings, { finalItemsPerSource: 'many' }).verdict).toBe('whole');
    const twice = flow.checkLineage([...findings, 'b.js:2'], { finalItemsPerSource: 'many' });
    expect(twice.duplicated).toEqual(['b.js']);
  });

  test('cannot follow back what a step made under a new id without telling from what', async () => {
    const flow = new IntegrationEngine(engineRig().context).flow('findings');
    const sources = await flow.step('git_intelligence', files);
    const number = (inputs: readonly string[]) => inputs.map((file, index) => ({ id: index + 1, file }));
    const silent = await flow.step('memory', number, { inputs: sources });
    expect(flow.checkLineage(silent)).toMatchObject({ lost: files(), untraceable: ['1', '2', '3'] });
    const telling = await flow.step('memory', number, { inputs: sources, from: ({ file }) => [file] });
    expect(flow.checkLineage(telling).verdict).toBe('whole');
    const summary = await flow.step('reporter', () => ['summary'], { inputs: telling, from: 'all' });
    expect(flow.checkLineage(summary).verdict).toBe('whole');
  });

  test('without a source is inconclusive', async () => {
    const flow = new IntegrationEngine(engineRig().context).flow('findings');
    const none = await flow.step('git_intelligence', () => []);
    expect(flow.checkLineage(none)).toMatchObject({ verdict: 'inconclusive', whole: false });
  });

  test('ends with what a step throws, and when the scenario is stopped', async () => {
    const { context, controller } = engineRig();
    const flow = new IntegrationEngine(context).flow('findings');
    const failure = new Error('offline');
    await expect(flow.step('git_intelligence', () => Promise.reject(failure))).rejects.toBe(failure);
    controller.abort(new Error('stopped'));
    await expect(flow.step('git_intelligence', files)).rejects.toThrow('stopped');
  });

  test.each([
    ['an option that is not known', { input: [] }, 'Did you mean "inputs"?'],
    [
      'an input of another flow',
      { inputs: [{ id: 'x', value: 'x', madeBy: { step: 1, capability: 'y' }, from: [] }] },
      'was given inputs that no step of the flow made',
    ],
  ])('refuses %s', async (_what, options, sentence) => {
    const flow = new IntegrationEngine(engineRig().context).flow('findings');
    await expect(flow.step('memory', () => [], options as object)).rejects.toMatchObject({
      code: 'ENGINE_INVALID',
      message: expect.stringContaining(sentence),
    });
  });

  test('refuses a parent that is not among the inputs', async () => {
    const flow = new IntegrationEngine(engineRig().context).flow('findings');
    const sources = await flow.step('git_intelligence', files);
    const step = flow.step('memory', () => ['x'], { inputs: sources, from: () => ['d.js'] });
    await expect(step).rejects.toMatchObject({ message: expect.stringContaining('"from" named "d.js"') });
  });

  test('needs a name', () => {
    expect(thrownBy(() => new IntegrationEngine(engineRig().context).flow(' ')).code).toBe('ENGINE_INVALID');
  });
});
