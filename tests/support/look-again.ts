/**
 * For a test that expects a verdict on what a real machine did: by design one of a hundred verdicts is wrong, and a machine that is
 * kept busy by others makes true findings that no part of the test planted. What the code does wrong, it does wrong each time.
 */
export const lookAgain = { retry: 2 } as const;
