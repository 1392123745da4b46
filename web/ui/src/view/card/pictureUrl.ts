/** Addresses of pictures: through our proxy, by the stored post that shows them, so that nothing else can be fetched. */
import type { PageFacts } from "../../wire/api";
import type { Post } from "../../wire/post";

type Slot = "avatar" | number;

interface Failure {
  /** Not asked for again before, ms. */
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
 * Remember that a picture could not be had, so that a card that is drawn again does not ask again at once: the server may have been
 * busy, or the post whose avatar was asked for withdrawn, so it is asked for later, each time after twice the wait.
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

/** Return where a picture of a post is, or null where pictures are off or this one failed. One avatar has one address, so it is cached. */
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

/** Return what a picture is known by: an avatar by its own address, whichever post of its author shows it. */
function keyOf(post: Post, slot: Slot): string {
  return slot === "avatar" ? post.author.avatar : addressOf(post, slot);
}

function addressOf(post: Post, slot: Slot): string {
  return `/img/${encodeURIComponent(post.id)}/${slot}`;
}
