/**
 * Conversation tree: the order and depth in which the posts of a conversation are read: each answer under the post it answers, answers of one
 * post by time. Answers to a post that is not stored stand where the conversation begins.
 */
import type { Post } from "../wire/post";

export interface PlacedPost {
  readonly post: Post;
  /** Posts above it that it answers, directly or through others. */
  readonly depth: number;
}

/** Return the posts of a conversation in the order in which they are read. Posts that answer each other in a circle come once. */
export function placeConversation(posts: readonly Post[]): PlacedPost[] {
  const byTime = [...posts].sort((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1));
  const known = new Set(byTime.map(({ id }) => id));
  const answers = new Map<string, Post[]>();
  const parentOf = (post: Post): string => (post.reply_to && known.has(post.reply_to.id) ? post.reply_to.id : post.quote_of && known.has(post.quote_of) ? post.quote_of : "");
  for (const post of byTime) answers.set(parentOf(post), [...answers.get(parentOf(post)) ?? [], post]);
  const placed: PlacedPost[] = [];
  const seen = new Set<string>();
  const place = (start: Post): void => {
    const waiting: PlacedPost[] = [{ post: start, depth: 0 }];
    for (let one = waiting.pop(); one; one = waiting.pop()) {
      if (seen.has(one.post.id)) continue;
      seen.add(one.post.id);
      placed.push(one);
      const { depth } = one;
      for (const answer of [...answers.get(one.post.id) ?? []].reverse()) waiting.push({ post: answer, depth: depth + 1 });
    }
  };
  for (const post of answers.get("") ?? []) place(post);
  for (const post of byTime) place(post);
  return placed;
}
