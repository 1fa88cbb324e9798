// Our load beside autocannon's and wrk's on one machine: whether it keeps its rate, and whether it measures what they measure.
// Peers measure from the start that they made, so the bounds are on ours from the actual start; from the intended start it has
// the delays of a busy machine in it, which the peers leave out, and is told without a bound.
// Build before. --json prints an array of { name, value, unit, bound, holds }; --quick takes one short round.
import { median } from '../support/measure.mjs';
import { hasWrk, runClient, runWrk, startServer } from './contenders.mjs';

const words = process.argv.slice(2);
const unknown = words.find((word) => !['--json', '--quick'].includes(word));
if (unknown !== undefined) {
  console.error(`There is no option "${unknown}". There are --quick and --json.`);
  process.exit(2);
}
const quick = words.includes('--quick');
const json = words.includes('--json');
const rounds = quick ? 1 : 5;
const durationMs = 3_000;
const warmUpMs = 1_000;
const ratesPerSecond = [200, 500, 1_000, 2_000];
const usersSideBySide = [10, 40];
/** Ours may be so far from the peer's, as a share of it. */
const differenceMax = 0.05;
/** The rate is held when it is reached to so much. */
const shareMin = 0.99;

const figures = [];
const rows = [];
const round4 = (value) => Number(value.toPrecision(4));

function tellShare(name, share) {
  const value = round4(share);
  const holds = value >= shareMin && value <= 2 - shareMin;
  figures.push({ name, value, unit: 'share', bound: `${shareMin} to ${2 - shareMin}`, holds });
}

function tellFree(name, value, unit) {
  figures.push({ name, value: round4(value), unit, bound: null, holds: null });
}

/** Runs both in turn, the one that goes first changing from round to round, and compares round by round. */
async function compare(label, peer, ours, theirs) {
  const all = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? ['ours', 'theirs'] : ['theirs', 'ours'];
    for (const side of order) all[side].push(await (side === 'ours' ? ours() : theirs()));
  }
  const middle = (side, key) => median(all[side].map((figure) => figure[key]));
  for (const key of ['p50', 'p95', 'p99', 'throughputPerSecond']) {
    const ratio = median(all.ours.map((figure, round) => figure[key] / all.theirs[round][key]));
    const name = `${label}, ${key}, ours / ${peer}`;
    const bounded = key !== 'throughputPerSecond';
    const holds = bounded ? Math.abs(ratio - 1) <= differenceMax : null;
    const bound = bounded ? `${1 - differenceMax} to ${1 + differenceMax}` : null;
    figures.push({ name, value: round4(ratio), unit: 'ratio', bound, holds });
    rows.push({
      load: label,
      figure: key,
      ours: round4(middle('ours', key)),
      peer,
      theirs: round4(middle('theirs', key)),
      ratio: round4(ratio),
    });
  }
  return { all, middle };
}

const server = await startServer();
try {
  const { url } = server;
  for (const ratePerSecond of ratesPerSecond) {
    const task = { url, ratePerSecond, durationMs, warmUpMs };
    const label = `open, ${ratePerSecond}/s`;
    const { all, middle } = await compare(
      label,
      'autocannon',
      () => runClient('our-client', task),
      () => runClient('autocannon-client', task),
    );
    tellShare(`${label}, achieved share of the intended rate`, middle('ours', 'achievedShare'));
    for (const [key, ofPeer] of [
      ['intendedP50', 'p50'],
      ['intendedP95', 'p95'],
      ['intendedP99', 'p99'],
    ]) {
      const ratio = median(all.ours.map((figure, round) => figure[key] / all.theirs[round][ofPeer]));
      tellFree(`${label}, ${ofPeer} from the intended start, ours / autocannon`, ratio, 'ratio');
    }
    tellFree(`${label}, achieved share, autocannon`, middle('theirs', 'achievedShare'), 'share');
    tellFree(`${label}, start delay p99`, median(all.ours.map(({ startDelay }) => startDelay.p99Ms)), 'ms');
    tellFree(`${label}, iterations a CPU second`, middle('ours', 'iterationsPerCpuSecond'), 'ops/cpu-s');
  }
  const peers = { autocannon: (task) => runClient('autocannon-client', task) };
  if (hasWrk()) peers.wrk = runWrk;
  else console.error('wrk is not installed, so the closed loads are compared with autocannon only.');
  for (const users of usersSideBySide) {
    for (const [peer, run] of Object.entries(peers)) {
      const task = { url, users, durationMs, warmUpMs };
      await compare(
        `closed, ${users} users`,
        peer,
        () => runClient('our-client', task),
        () => run(task),
      );
    }
  }
} finally {
  await server.stop();
}

if (json) console.log(JSON.stringify(figures, null, 2));
else {
  console.table(rows);
  console.table(
    figures
      .filter(({ name, unit }) => unit !== 'ratio' || name.includes('from the intended start'))
      .map(({ name, value, unit, bound, holds }) => ({ name, value, unit, bound, holds })),
  );
  const broken = figures.filter(({ holds }) => holds === false);
  console.log(
    broken.length === 0
      ? 'All bounds hold.'
      : `Bounds that do not hold: ${broken.map(({ name, value }) => `${name} = ${value}`).join('; ')}`,
  );
}
