/** Parts of a message that differ between two occurrences of one error, the special before the general. */
const variableParts: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b0x[0-9a-f]+\b/gi, '<n>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi, '<id>'],
  [/\d+(?:[.,:]\d+)*/g, '<n>'],
];

/** A message is compared by its beginning: what follows is often the input that it complains about. */
const charsMax = 300;

/** The message without its numbers, times and ids: the same error with other numbers has the same fingerprint. */
export function errorFingerprint(message: string): string {
  let text = message.slice(0, charsMax);
  for (const [part, name] of variableParts) text = text.replace(part, name);
  return text;
}
