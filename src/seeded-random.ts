/** A number between 0 (included) and 1 (excluded). */
export type Random = () => number;

/** Mulberry32: 32 bits of state, enough for shuffles and choices; the same seed gives the same numbers. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A seed for one named part of a session, so that parts do not depend on their order (FNV-1a over the name). */
export function deriveSeed(seed: number, name: string): number {
  let hash = (2_166_136_261 ^ seed) >>> 0;
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 16_777_619) >>> 0;
  }
  return hash;
}

/** A shuffled copy (Fisher and Yates, in Durstenfeld's form of 1964). */
export function shuffle<Item>(items: readonly Item[], random: Random): Item[] {
  const shuffled = [...items];
  for (let index = shuffled.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const held = shuffled[index] as Item;
    shuffled[index] = shuffled[other] as Item;
    shuffled[other] = held;
  }
  return shuffled;
}
