import { CapabilityError } from '../../errors.js';

/**
 * An address that may be asked for.
 *
 * @throws CapabilityError BAD_INPUT for text that is no address, schemes other than http and https, and user names or
 *   passwords in it
 */
export function webAddress(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
  if (url === undefined) throw new CapabilityError('BAD_INPUT', `"${text}" is no address. Give a whole one.`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new CapabilityError('BAD_INPUT', `${url.protocol} is refused. Only http: and https: are fetched.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new CapabilityError(
      'BAD_INPUT',
      `The address on ${url.host} holds credentials, which would be kept with it. Send them as a header.`,
    );
  }
  url.hash = '';
  return url;
}

/**
 * Where a redirect leads.
 *
 * @throws CapabilityError BAD_INPUT as `webAddress`, and from https to http
 */
export function redirectTarget(from: URL, location: string): URL {
  const target = webAddress(location, from);
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw new CapabilityError('BAD_INPUT', `${from.href} redirects to plain http, which is refused.`);
  }
  return target;
}
