import type { EngineContext } from '../../src/scenario/engine-context.js';
import { createRandom } from '../../src/seeded-random.js';
import { FakeClock } from './fake-clock.js';
import { RecordingRig } from './recording-rig.js';

/** A context of an engine with a clock that only moves when it is told, and what the engine recorded. */
export function engineRig({ seed = 42, durationMs = 100 } = {}) {
  const clock = new FakeClock();
  const rig = new RecordingRig({ clock });
  const controller = new AbortController();
  const context: EngineContext = {
    recorder: rig.scenario,
    clock,
    random: createRandom(seed),
    signal: controller.signal,
    durationMs,
  };
  const metricValues = () => rig.metrics.map(({ metricType, value }) => [metricType, value]);
  return { clock, rig, controller, context, metricValues };
}
