/** How a command ended, as its process tells it. */
export const exitCodes = { fine: 0, failed: 1, wrongUsage: 2, inconclusive: 3 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
