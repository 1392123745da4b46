/** Links written by others: `safeUrl` lets only http(s) through, and is the one gate for every outside link of the page. */

const CHECKED_MAX = 2_000;
const checked = new Map<string, string | null>();

function parsed(url: string): string | null {
  try {
    const { protocol, href } = new URL(url);
    return protocol === "https:" || protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}

/** Return the normalised link, or null unless its scheme is http or https. Results are cached: a card asks at every draw. */
export function safeUrl(url: string): string | null {
  const before = checked.get(url);
  if (before !== undefined) return before;
  if (checked.size >= CHECKED_MAX) checked.clear();
  const found = parsed(url);
  checked.set(url, found);
  return found;
}

/** Return the host of a link without "www.", or "". */
export function hostOf(url: string): string {
  try {
    return new URL(url).hostname.replace(/^www\./u, "");
  } catch {
    return "";
  }
}

/** A text that reads as an address: a host with a dot and a letter behind it, with or without what stands around it. */
const ADDRESS = /^(?:https?:\/\/)?(?:[^\s/?#@]*@)?((?:[\p{L}\p{N}-]+\.)+\p{L}[\p{L}\p{N}-]+)(?=[/:?#…]|$)/iu;

/** Return the host of a link where its text names another one, else "". The text of a link is whatever its author wrote. */
export function otherHost(text: string, url: string): string {
  const named = ADDRESS.exec(text.trim())?.[1];
  if (named === undefined) return "";
  const host = hostOf(url);
  return hostOf(`http://${named}`) === host ? "" : host;
}
