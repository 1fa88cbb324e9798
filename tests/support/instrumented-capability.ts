import { instrumentCapability } from '../../src/capability/instrument.js';
import { RecordingRig } from './recording-rig.js';

/** An object as the capability "first" of a scenario, and the rig that records its calls. */
export function instrument<Instance extends object>(instance: Instance, rig = new RecordingRig()) {
  return { rig, capability: instrumentCapability('first', instance, rig.scenario) };
}
