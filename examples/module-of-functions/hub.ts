import { defineCapability, defineHub } from 'vitest-realworld';
import * as noteTools from './note-tools.js';

const hub = defineHub({
  capabilities: {
    notes: defineCapability({ create: () => noteTools }),
  },
});

export default hub;

declare module 'vitest-realworld' {
  interface Register {
    hub: typeof hub;
  }
}
