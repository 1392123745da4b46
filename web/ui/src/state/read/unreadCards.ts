/** Unread cards of a run: a card is unread if any of its own posts is, its reposts and folded near-duplicates included. */
import type { Card } from "../../posts/cardIndex";
import { readId } from "../../wire/post";
import type { Run } from "../run";

export interface UnreadCards {
  /** Ids of the cards that the list shows as unread. */
  readonly cards: ReadonlySet<string>;
  /** Unread posts that the list can show, those included that are not loaded. */
  readonly count: number;
  /** Whether there are more than `count`. */
  readonly hasMore: boolean;
  /** Unread posts that the filters hide. */
  readonly hidden: number;
  /** Id of the unread card that stands last in Latest; null if there is none. */
  readonly last: string | null;
}

const cache = new WeakMap<Run, { key: string; found: UnreadCards }>();

/** Return the unread cards of a run; computed again only after a change. */
export function unreadCards(run: Run): UnreadCards {
  const key = `${run.unread.revision} ${run.revision} ${run.list.filters.key} ${run.list.unfiltered}`;
  const known = cache.get(run);
  if (known?.key === key) return known.found;
  const found = computed(run);
  cache.set(run, { key, found });
  return found;
}

function computed(run: Run): UnreadCards {
  const { unread, posts, cardIndex, list } = run;
  const cards = new Set<string>();
  const test = list.unfiltered ? null : list.filters.test;
  let [hidden, count, last] = [0, unread.unheld ?? 0, null as Card | null];
  for (const id of unread.ids()) {
    const post = posts.get(id);
    const card = post && cardIndex.cards.get(readId(post));
    if (!card) continue;
    const lead = cardIndex.lead(card);
    if (test && !test(lead)) {
      hidden++;
      continue;
    }
    count++;
    cards.add(lead.id);
    if (!last || lead.sortTime < last.sortTime) last = lead;
  }
  return { cards, count, hidden, hasMore: unread.hasMore, last: last?.id ?? null };
}

/** Return the ids of a card's own posts, those of its near-duplicates included. */
export function postsOf(run: Run, card: Card): string[] {
  return [card, ...run.cardIndex.otherDuplicates(card)].flatMap(({ id, own, reposts }) => [...(own ? [id] : []), ...reposts.keys()]);
}
