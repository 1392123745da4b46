/**
 * Ranking: sorts cards by an order (followers, counts, loaded reposts, reach or time), highest score first and equal scores newest first.
 * It defines the orders and page sizes that a reader may choose, and computes the score and the reach of a card. The cards do not change.
 */
import type { Card } from "./cardIndex";

export const ORDERS = ["latest", "followers", "reposts", "inview", "reach", "likes", "replies"] as const;
export type Order = (typeof ORDERS)[number];
/** Cards on one page of a ranking that a reader may choose. */
export const PAGE_SIZES = [5, 10, 25, 100] as const;

/** Return the reach of a card: the followers of its author and of every loaded reposter, each account counted once. */
export function reachOf(card: Card): number {
  const seen = new Map<string, number>([[card.post.author.id, card.post.author.followers ?? 0]]);
  for (const repost of card.reposts.values()) seen.set(repost.author.id, repost.author.followers ?? 0);
  let sum = 0;
  for (const followers of seen.values()) sum += followers;
  return sum;
}

/** Return the score by which an order ranks a card; -1 where it is unknown. */
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

/**
 * Return the cards in an order, highest score first. `storedValue`: what the store ranked a card by, where it did; a reach is the greater of
 * both, because the store knows of reposters that are not loaded. The order "inview" leaves out cards without a loaded repost.
 */
export function rank(cards: Iterable<Card>, order: Order, storedValue: (card: Card) => number | null = () => null): Card[] {
  const scored: { card: Card; score: number }[] = [];
  for (const card of cards) {
    const score = order === "reach" ? Math.max(reachOf(card), storedValue(card) ?? 0) : scoreOf(card, order);
    if (order === "inview" && score < 1) continue;
    scored.push({ card, score });
  }
  scored.sort((a, b) => b.score - a.score || b.card.post.created_at - a.card.post.created_at || (a.card.id < b.card.id ? -1 : 1));
  return scored.map((entry) => entry.card);
}
