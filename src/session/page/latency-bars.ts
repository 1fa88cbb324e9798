import type { LatencyDistribution } from '../../latency-distribution.js';
import type { LatencyBars } from '../../session-page.js';

const barsMax = 40;
/** A bar narrower than this share of its latency says nothing: the distributions themselves are this exact. */
const narrowestBar = 0.006;
/** Latencies below a microsecond are shown as one. */
const shortestMs = 0.001;

/** The latencies in bars of equal relative width, because most are short and a few very long. */
export function countBars(latency: LatencyDistribution): LatencyBars {
  if (latency.count === 0) return { edgesMs: [], counts: [] };
  const low = Math.max(shortestMs, latency.atRank(1) * (1 - narrowestBar));
  const high = Math.max(low * (1 + narrowestBar), latency.atRank(latency.count) * (1 + narrowestBar));
  const bars = Math.max(1, Math.min(barsMax, Math.floor(Math.log(high / low) / Math.log1p(narrowestBar))));
  const edgesMs = Array.from({ length: bars + 1 }, (_, edge) => low * (high / low) ** (edge / bars));
  let below = 0;
  const counts = edgesMs.slice(1).map((edgeMs, bar) => {
    const upTo = bar === bars - 1 ? latency.count : latency.countUpTo(edgeMs);
    const count = upTo - below;
    below = upTo;
    return count;
  });
  return { edgesMs, counts };
}
