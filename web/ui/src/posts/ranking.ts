/** The orders that are rankings of originals, each once. Ties go to the newer post. Works on cards, changes none. */
import type { Card } from "./cardIndex";

export const ORDERS = ["latest", "followers", "reposts", "inview", "reach", "likes", "replies"] as const;
export type Order = (typeof ORDERS)[number];
export const PAGE_SIZES = [5, 10, 25, 100] as const;

/** Return the followers of the author and of every reposter seen, each account once. */
export function reachOf(card: Card): number {
  const seen = new Map<string, number>([[card.post.author.id, card.post.author.followers ?? 0]]);
  for (const repost of card.reposts.values()) seen.set(repost.author.id, repost.author.followers ?? 0);
  let sum = 0;
  for (const followers of seen.values()) sum += followers;
  return sum;
}

/** Return the number an order ranks a card by; -1 where it is unknown. */
export function scoreOf(card: Card, order: Order): number {
  switch (order) {
    case "latest":
      return card.sortTime;
    case "followers":
      return card.post.author.followers ?? -1;
    case "reposts":
      return card.post.counts.reposts ?? -1;
    case "inview":
      return card.reposts.size;
    case "reach":
      return reachOf(card);
    case "likes":
      return card.post.counts.likes ?? -1;
    case "replies":
      return card.post.counts.replies ?? -1;
  }
}

/** Return the cards in an order, best first; in "in view" only those that were reposted at all. */
export function rank(cards: Iterable<Card>, order: Order): Card[] {
  const scored: { card: Card; score: number }[] = [];
  for (const card of cards) {
    const score = scoreOf(card, order);
    if (order === "inview" && score < 1) continue;
    scored.push({ card, score });
  }
  scored.sort((a, b) => b.score - a.score || b.card.post.created_at - a.card.post.created_at || (a.card.id < b.card.id ? -1 : 1));
  return scored.map((entry) => entry.card);
}
