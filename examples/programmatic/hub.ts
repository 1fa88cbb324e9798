import { defineCapability, defineHub } from 'vitest-realworld';
import { WordIndex } from './word-index.js';

const hub = defineHub({
  capabilities: {
    words: defineCapability({ create: ({ workspacePath }) => new WordIndex(workspacePath) }),
  },
});

export default hub;

declare module 'vitest-realworld' {
  interface Register {
    hub: typeof hub;
  }
}
