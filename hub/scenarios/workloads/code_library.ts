import type { CapabilityWorkload } from './capability-workload.js';

function snippet(number: number): string {
  return `function clamp${number}(value, low, high) {\n  if (low > high) throw new RangeError('low over high');\n  return Math.min(Math.max(value, low), high) * ${number};\n}\n`;
}

/** Saves a function, finds it by its words, and finds it again as the clone of a renamed copy. */
export const codeLibraryWorkload: CapabilityWorkload = {
  capability: 'code_library',
  paceMs: 500,
  weight: 'light',
  prepare: ({ hub }) => ({
    round: async (number) => {
      // A few names only, so that a long run does not fill the library.
      const name = `clamp${number % 16}`;
      const source = 'workload of code_library';
      const { id } = await hub.code_library.save({
        name,
        code: snippet(number % 16),
        language: 'javascript',
        source,
        tags: ['numbers'],
      });
      const found = await hub.code_library.find(`${name} value low high`, { tags: ['numbers'], limit: 20 });
      if (!found.some((each) => each.id === id && each.source === source)) {
        throw new Error(`${name} was saved and is not found.`);
      }
      const renamed = snippet(99)
        .replaceAll('value', 'x')
        .replaceAll(/\blow\b(?! over)/gu, 'a')
        .replaceAll(/\bhigh\b(?!')/gu, 'b');
      const clones = await hub.code_library.similar(renamed, { language: 'javascript', limit: 20 });
      if (!clones.some((clone) => clone.id === id && clone.kind === 'renamed')) {
        throw new Error(`The renamed copy of ${name} is not known as its clone.`);
      }
    },
  }),
};
