/**
 * URL safety: normalises a link to another site and accepts http and https only (`safeUrl`), returns its host, and finds the host to warn
 * of where the text of a link names another one. Every link to another site passes `safeUrl`.
 */

/** Links whose result is cached at most. */
const CACHED_URLS_MAX = 2_000;
const cache = new Map<string, string | null>();

function httpHref(url: string): string | null {
  try {
    const { protocol, href } = new URL(url);
    return protocol === "https:" || protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}

/** Return the normalised link, or null unless its scheme is http or https. Results are cached, because a card asks at every render. */
export function safeUrl(url: string): string | null {
  const cached = cache.get(url);
  if (cached !== undefined) return cached;
  if (cache.size >= CACHED_URLS_MAX) cache.clear();
  const found = httpHref(url);
  cache.set(url, found);
  return found;
}

/** Return the host of a link without "www."; "" where the link is no URL. */
export function hostOf(url: string): string {
  try {
    return new URL(url).hostname.replace(/^www\./u, "");
  } catch {
    return "";
  }
}

/** A text that reads as an address: a host with a dot and a letter behind it, with or without scheme, user and path. */
const ADDRESS = /^(?:https?:\/\/)?(?:[^\s/?#@]*@)?((?:[\p{L}\p{N}-]+\.)+\p{L}[\p{L}\p{N}-]+)(?=[/:?#…]|$)/iu;

/** Return the host of a link if the text of the link names another host, else "". Authors choose the text of a link freely. */
export function otherHost(text: string, url: string): string {
  const named = ADDRESS.exec(text.trim())?.[1];
  if (named === undefined) return "";
  const host = hostOf(url);
  return hostOf(`http://${named}`) === host ? "" : host;
}
