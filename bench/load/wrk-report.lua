done = function(summary, latency, requests)
  io.write(string.format(
    '{"p50":%f,"p95":%f,"p99":%f,"iterations":%d,"failures":%d,"throughputPerSecond":%f}\n',
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000, summary.requests,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout,
    summary.requests / summary.duration * 1e6))
end
