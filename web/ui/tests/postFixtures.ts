/** Post fixtures: posts and reposts for tests. */
import type { Post } from "../src/wire/post";

export function post(id: string, changes: Partial<Post> = {}): Post {
  const at = changes.created_at ?? 1_000_000;
  return {
    id, version: at, seq: 0, source: "x", url: "", created_at: at, claimed_at: null, received_at: at, text: `text of ${id}`,
    entities: [], lang: "en", reply_to: null, repost_of: "", quote_of: "", hashtags: [], links: [], media: [], sensitive: false,
    author: { id: `a-${id}`, handle: `h-${id}`, name: "", bio: "", avatar: "", followers: 10, verified: false },
    counts: { replies: null, reposts: null, quotes: null, likes: null },
    ...changes,
  };
}

export function repost(id: string, of: Post, changes: Partial<Post> = {}): Post {
  return post(id, { repost_of: of.id, text: "", original: of, ...changes });
}
