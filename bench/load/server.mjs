// The system of the benchmark: answers after 5 to 20 ms, the same series of times after every reset.
import { createServer } from 'node:http';

const timesMs = serviceTimes(10_007);
let next = 0;

/** Whole milliseconds, as a timer takes them; 11 in the mean, so that none is as long as two. */
function serviceTimes(count) {
  let state = 42;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.round(5 + 15 * (state / 2 ** 32) ** 1.5);
  });
}

const server = createServer((request, response) => {
  if (request.url === '/reset') {
    next = 0;
    response.end('reset');
    return;
  }
  setTimeout(() => response.end('answer'), timesMs[next++ % timesMs.length]);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.once('disconnect', () => process.exit());
