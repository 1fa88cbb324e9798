// What one call after another costs: recorded, timed only, and wrapped in OpenTelemetry spans.
import { figure, interleave, ratios, tell, timeLoop } from './support/measure.mjs';
import { openRig } from './support/rig.mjs';
import { openSpans } from './support/spans.mjs';

const calls = 20_000;
/** The Python program that the first document describes, measured on a machine of this kind. */
const originalUs = 8_131;

const full = openRig();
const timing = openRig({ sampling: 'timing' });
const nested = openRig();
nested.scenario.nesting.enable();
const spans = openSpans();

function sync(capability) {
  return () =>
    timeLoop(calls, (count) => {
      for (let index = 0; index < count; index++) capability.find();
    });
}

function async(capability) {
  return () =>
    timeLoop(calls, async (count) => {
      for (let index = 0; index < count; index++) await capability.findLater();
    });
}

// The batch processor drops spans beyond its queue and writes between turns of the loop: it is given smaller
// bites, and its writing counts as it does for the journal.
const bite = 500;
function spanned(callOnce) {
  return () =>
    timeLoop(calls, async (count) => {
      for (let done = 0; done < count; done += bite) {
        await callOnce(bite);
        await spans.flush();
      }
    });
}

const contenders = {
  fullSync: sync(full.capability),
  timingSync: sync(timing.capability),
  spanSync: spanned((count) => {
    for (let index = 0; index < count; index++) spans.capability.find();
  }),
  fullAsync: async(full.capability),
  timingAsync: async(timing.capability),
  spanAsync: spanned(async (count) => {
    for (let index = 0; index < count; index++) await spans.capability.findLater();
  }),
};
const figures = await interleave(contenders, { rounds: 25, warmUp: 8 });
// Following calls through promises slows every promise of the process down, so it is measured by itself.
const followed = await interleave(
  { nestedSync: sync(nested.capability), nestedAsync: async(nested.capability) },
  { rounds: 9, warmUp: 3 },
);
if (spans.written() === 0) throw new Error('No span was written.');
const { fullSync, fullAsync, timingSync, timingAsync, spanSync, spanAsync } = figures;
tell([
  figure('tight loop, full sampling, sync', fullSync, 'us', 2.5),
  figure('tight loop, full sampling, async', fullAsync, 'us', 2.5),
  figure('tight loop, timing only, sync', timingSync, 'us', 1.5),
  figure('tight loop, timing only, async', timingAsync, 'us', 1.5),
  figure('tight loop, full sampling, nested calls followed, sync', followed.nestedSync, 'us'),
  figure('tight loop, full sampling, nested calls followed, async', followed.nestedAsync, 'us'),
  figure('tight loop, OpenTelemetry spans, sync', spanSync, 'us'),
  figure('tight loop, OpenTelemetry spans, async', spanAsync, 'us'),
  figure('full sampling against spans, sync', ratios(fullSync, spanSync), 'times', 0.5),
  figure('full sampling against spans, async', ratios(fullAsync, spanAsync), 'times', 0.5),
  figure('the original Python program, one recorded activity', [originalUs], 'us'),
]);
