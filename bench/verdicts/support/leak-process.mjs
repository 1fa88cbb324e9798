// One process that does something over and over and judges itself.
import { watchForLeaks } from '../../../dist/src/scenario/leak-watch.js';

const kept = [];
const cache = new Map();
const table = new Map();
let text = '';

const workloads = {
  nothing: () => {},
  // Fills during the first third and then replaces.
  cache: (index) => cache.set(index % 500, { index, payload: 'x'.repeat(200) }),
  compiled: (index) => new Function('value', `return value + ${index % 300};`)(index),
  strings: (index) => {
    text = text.length > 20_000 ? '' : `${text}${index},`;
  },
  timers: (index) => new Promise((settle) => (index % 20 === 0 ? setTimeout(settle, 0) : settle())),
  promises: async (index) => Promise.all([index, Promise.resolve(index), (async () => index)()]),
  buffers: (index) => Buffer.alloc(4_096, index % 256).toString('hex').length,
  maps: (index) => {
    table.set(`key ${index}`, { index });
    if (index >= 300) table.delete(`key ${index - 300}`);
  },
  'leak-512': (index) => kept.push(new Array(62).fill(index)),
  'leak-1024': (index) => kept.push(new Array(126).fill(index)),
  'leak-8192': (index) => kept.push(new Array(1_022).fill(index)),
  'leak-buffer': (index) => kept.push(Buffer.alloc(8_192, index % 256)),
};
const call = workloads[process.argv[2]];
const { verdict } = await watchForLeaks({ samples: 40, callsPerSample: 50, call });
process.stdout.write(verdict);
