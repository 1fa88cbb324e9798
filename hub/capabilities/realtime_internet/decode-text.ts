const textual =
  /^(?:text\/|application\/(?:[\w.+-]*(?:json|xml|javascript)|x-www-form-urlencoded|graphql|toml|yaml))/i;

/** The text of a body by the charset of its content type or of its page; undefined for content that is not text. */
export function decodeText(contentType: string | undefined, body: Uint8Array): string | undefined {
  if (contentType !== undefined && !textual.test(contentType)) return undefined;
  const label = charsetOf(contentType) ?? metaCharset(body) ?? 'utf-8';
  try {
    return new TextDecoder(label).decode(body);
  } catch (error) {
    // A label that no standard knows: the bytes are read as the web's usual one.
    if (error instanceof RangeError) return new TextDecoder().decode(body);
    throw error;
  }
}

function charsetOf(contentType: string | undefined): string | undefined {
  return contentType?.match(/;\s*charset\s*=\s*"?([\w.:-]+)/i)?.[1];
}

/** A page may name its charset within its first kilobyte. */
function metaCharset(body: Uint8Array): string | undefined {
  const start = Buffer.from(body.subarray(0, 1_024)).toString('latin1');
  return start.match(/<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]+)/i)?.[1];
}
