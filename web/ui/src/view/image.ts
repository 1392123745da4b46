/** Addresses of pictures: through our proxy, by the stored post that shows them, so that nothing else can be fetched. */
import type { PageFacts } from "../wire/api";
import type { Post } from "../wire/post";

const AVATARS_MAX = 5_000;
const avatars = new Map<string, string>();
const failed = new Set<string>();
const FAILED_MAX = 5_000;

/** Remember that a picture could not be had, so that a card that is drawn again does not ask again. */
export function pictureFailed(url: string): void {
  if (failed.size >= FAILED_MAX) failed.clear();
  failed.add(url);
}

/** Return where a picture of a post is, or null where pictures are off. One avatar has one address, so it is cached. */
export function imageUrl(facts: PageFacts | null, post: Post, slot: "avatar" | number): string | null {
  if (facts?.images !== "proxy") return null;
  const url = `/img/${encodeURIComponent(post.id)}/${slot}`;
  if (slot !== "avatar") return failed.has(url) ? null : url;
  const known = avatars.get(post.author.avatar);
  if (known) return failed.has(known) ? null : known;
  if (avatars.size >= AVATARS_MAX) avatars.clear();
  avatars.set(post.author.avatar, url);
  return url;
}
