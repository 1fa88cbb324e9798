import type { Environment } from '../model.js';

/** What the figures of a run depend on beside the code, for people: names of traits and their values. */
export function environmentTraits(
  environment: Environment | null,
  durationMinutes: number,
): Readonly<Record<string, string>> {
  const { cpuModel = 'unknown', cpuCount = 0, node = 'unknown', vitest = 'unknown' } = environment ?? {};
  return {
    processor: cpuModel,
    cores: String(cpuCount),
    node,
    vitest,
    platform: environment?.platform ?? 'unknown',
    minutes: String(durationMinutes),
  };
}

/** Runs with the same key can be compared: same processor, cores, Node, Vitest, platform and time given to load. */
export function environmentKeyOf(environment: Environment | null, durationMinutes: number): string {
  return JSON.stringify(environmentTraits(environment, durationMinutes));
}

/** What tells two keys apart, such as `node v20.0.0 against v22.1.0`. */
export function differencesBetween(key: string, other: string): readonly string[] {
  const [first, second] = [key, other].map((one) => JSON.parse(one) as Record<string, string>);
  return Object.keys(first ?? {}).flatMap((trait) =>
    first?.[trait] === second?.[trait] ? [] : [`${trait} ${first?.[trait]} against ${second?.[trait]}`],
  );
}

/** A key for people: `a processor, 2 cores, node v20.0.0, vitest 4.1.0, linux x64, 0.5 minutes`. */
export function describeEnvironmentKey(key: string): string {
  const { processor, cores, node, vitest, platform, minutes } = JSON.parse(key) as Record<string, string>;
  return `${processor}, ${cores} cores, node ${node}, vitest ${vitest}, ${platform}, ${minutes} minutes`;
}
