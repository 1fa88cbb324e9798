/**
 * Program of the worker in which the two computer algebra systems run, so that one that hangs can be ended. It is text and not
 * a module of its own because a worker has to start from sources and from what is built alike. It answers one request at a time.
 */
export const workerProgram = `
'use strict';
const { parentPort, workerData } = require('node:worker_threads');
const load = { mathjs: () => require(workerData.mathjs), nerdamer: () => require(workerData.nerdamer) };
const operations = {
  mathjs: {
    simplify: (mathjs, { expression }) => [mathjs.simplify(expression).toString()],
    derivative: (mathjs, { expression, variable }) => [mathjs.derivative(expression, variable).toString()],
  },
  nerdamer: {
    simplify: (nerdamer, { expression }) => [nerdamer('simplify(' + expression + ')').toString()],
    derivative: (nerdamer, { expression, variable }) => [nerdamer.diff(expression, variable).toString()],
    integrate: (nerdamer, { expression, variable }) => [nerdamer.integrate(expression, variable).toString()],
    solve: (nerdamer, { expression, variable }) => {
      const { symbol } = nerdamer.solve(expression, variable);
      return symbol.elements === undefined ? [symbol.toString()] : symbol.elements.map(String);
    },
  },
};
const loaded = {};
parentPort.on('message', (request) => {
  try {
    const engine = (loaded[request.engine] ??= load[request.engine]());
    parentPort.postMessage('loaded');
    parentPort.postMessage({ values: operations[request.engine][request.operation](engine, request) });
  } catch (error) {
    parentPort.postMessage({ error: String(error && error.message ? error.message : error) });
  }
});
`;
