import type { Step } from 'vitest-realworld-hub/error-recovery';

export function createSteps(count: number, inside?: (number: number) => void): Step[];
