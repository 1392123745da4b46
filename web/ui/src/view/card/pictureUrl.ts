/**
 * Addresses of pictures on the server's proxy, and the pictures that failed: a failed picture has no address until a wait is over, which
 * doubles with each failure. An author's avatar has one cached address for all of the author's posts. An address names a stored post and a
 * slot, not a URL, so that the proxy cannot be used to fetch anything else.
 */
import type { Settings } from "../../state/page/settings";
import type { PageFacts } from "../../wire/api";
import type { Post } from "../../wire/post";

/** Where the views of cards look for the settings and facts that pictures depend on: the desk, or the page of one post. */
export interface PictureSource {
  readonly settings: Pick<Settings, "pictures">;
  readonly server: { readonly facts: PageFacts | null };
}

/** Place of a picture in a post: the avatar, the number of a medium, or kind and number of a link's picture or of an emoji. */
export type Slot = "avatar" | number | `link-${number}` | `emoji-${number}` | `author-emoji-${number}`;

interface Failure {
  /** Time before which the picture is not requested again, ms. */
  until: number;
  waitMs: number;
}

const AVATARS_MAX = 5_000;
const FAILED_MAX = 5_000;
const FIRST_WAIT_MS = 30_000;
const MOST_WAIT_MS = 30 * 60_000;
const avatars = new Map<string, string>();
const failed = new Map<string, Failure>();

/**
 * Remember that a picture could not be loaded, so that a card that is drawn again does not request it at once. The picture is
 * requested again later, each time after twice the wait: the server may have been busy, or the post that named the avatar deleted.
 */
export function pictureFailed(post: Post, slot: Slot, now = Date.now()): void {
  const key = keyOf(post, slot);
  const was = failed.get(key);
  if (was && now < was.until) return;
  if (!was && failed.size >= FAILED_MAX) failed.clear();
  const waitMs = was ? Math.min(MOST_WAIT_MS, 2 * was.waitMs) : FIRST_WAIT_MS;
  failed.set(key, { until: now + waitMs, waitMs });
  avatars.delete(key);
}

/**
 * Return the address of a picture, or null where pictures are off or this one failed. The address of an avatar is cached, so that all posts
 * of an author share one address.
 */
export function pictureUrl(facts: PageFacts | null, post: Post, slot: Slot, now = Date.now()): string | null {
  if (facts?.images !== "proxy") return null;
  const key = keyOf(post, slot);
  if (now < (failed.get(key)?.until ?? 0)) return null;
  const known = slot === "avatar" ? avatars.get(key) : undefined;
  if (known) return known;
  const url = addressOf(post, slot);
  if (slot !== "avatar") return url;
  if (avatars.size >= AVATARS_MAX) avatars.clear();
  avatars.set(key, url);
  return url;
}

/** Return the cache key of a picture. All posts of an author share the key of the avatar. */
function keyOf(post: Post, slot: Slot): string {
  return slot === "avatar" ? post.author.avatar : addressOf(post, slot);
}

function addressOf(post: Post, slot: Slot): string {
  return `/img/${encodeURIComponent(post.id)}/${slot}`;
}
