type Variables = Readonly<Record<string, string | undefined>>;

/** Whether a terminal shows block characters: the old console of Windows and the text console of Linux do not. */
export function showsUnicode(
  variables: Variables = process.env,
  platform: NodeJS.Platform = process.platform,
): boolean {
  if (platform !== 'win32') return variables.TERM !== 'linux';
  const modern = [variables.WT_SESSION, variables.TERM_PROGRAM, variables.CI, variables.ConEmuTask];
  return (
    modern.some((value) => value !== undefined && value !== '') ||
    variables.TERM?.startsWith('xterm') === true
  );
}

/** Whether to paint: `NO_COLOR` and `FORCE_COLOR` decide, else whether a person sees the stream. */
export function wantsColors(
  stream: { readonly isTTY?: boolean },
  isColorSupported: boolean,
  variables: Variables = process.env,
): boolean {
  if (variables.NO_COLOR !== undefined && variables.NO_COLOR !== '') return false;
  if (variables.FORCE_COLOR !== undefined && variables.FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && isColorSupported;
}
