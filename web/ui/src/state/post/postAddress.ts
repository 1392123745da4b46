/**
 * Addresses of the page of one post: `/p/<id>`, and the deck that a reader came from, which this browser remembers, so that the page can say
 * which of its columns the post matches, and lead back to it.
 */

import { writeRoute } from "../page/route";

const PREFIX = "/p/";
const DECK_KEY = "murmuration-last-deck";

/** Return the path of a post's page. Slashes and colons of an id stay readable. */
export function postPath(id: string): string {
  return PREFIX + id.split("/").map((part) => encodeURIComponent(part).replaceAll("%3A", ":")).join("/");
}

/** Return the post that a path names; null if the path is of another page. */
export function postIdOf(path: string): string | null {
  if (!path.startsWith(PREFIX)) return null;
  try {
    return decodeURIComponent(path.slice(PREFIX.length)) || null;
  } catch {
    return null;
  }
}

/** Return the address of a search of its own. */
export function searchPath(query: string): string {
  return writeRoute({ query, order: "latest", from: null, to: null }, "/");
}

/** Remember the address of the deck that the reader leaves. */
export function rememberDeck(address: string): void {
  try {
    localStorage.setItem(DECK_KEY, address);
  } catch {
    // Without storage the page of a post leads back to all posts.
  }
}

/** Return the address of the deck that the reader came from, "/" where none is known. Only a path of this page counts. */
export function lastDeck(): string {
  try {
    const address = localStorage.getItem(DECK_KEY) ?? "/";
    return /^\/(?:$|\?|d\/)/u.test(address) ? address : "/";
  } catch {
    return "/";
  }
}
