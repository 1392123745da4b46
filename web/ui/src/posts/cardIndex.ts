/**
 * Card index: turns the posts of a search into cards, and keeps the cards up to date with each change of the post store, sorted by time
 * (`latest`). A repost becomes a line on the card of its original. Near-duplicates form a group, and the list shows only the lead of the
 * group: its earliest card.
 *
 * A card is sorted by the time its original was written. An old original that came up again through reposts is sorted by the time of its
 * earliest loaded repost. The `stamp` of a card grows with every change, so that a view knows when to draw the card again.
 */
import { readId, type Post } from "../wire/post";
import { seenWhenWritten, type StoreChange } from "./postStore";
import { NearDuplicateIndex, DUPLICATES_WITHIN_MS } from "./nearDuplicates";
import { SortedList } from "./sortedList";

export interface Card {
  id: string;
  sortTime: number;
  /** The post that the card shows: a loaded post, or the original that came inside a repost. */
  post: Post;
  /** Whether the original itself is loaded, and not only a repost of it. */
  own: boolean;
  reposts: Map<string, Post>;
  /** The group of near-duplicates, this card included, earliest last; null while the card has no near-duplicate. */
  duplicates: SortedList<DuplicateEntry> | null;
  /** Grows with every change, so that a view knows when to render the card again. */
  stamp: number;
}

interface DuplicateEntry {
  id: string;
  /** Time at which the card's post was written, copied when the card joined the group. */
  sortTime: number;
  card: Card;
}

export class CardIndex {
  readonly cards = new Map<string, Card>();
  readonly latest = new SortedList<Card>();
  private readonly nearIndex = new NearDuplicateIndex();
  private stamp = 0;

  /** Apply a change of the post store. Return the ids of the cards that it added. */
  apply(change: StoreChange): string[] {
    if (change.cleared) this.clear();
    const added: string[] = [];
    for (const post of change.put) {
      const isNew = !this.cards.has(readId(post));
      this.put(post);
      if (isNew) added.push(readId(post));
    }
    for (const { post } of change.removed) this.remove(post);
    return added;
  }

  /** Return the lead of a card's group; the card itself where it has no group. */
  lead(card: Card): Card {
    return card.duplicates?.oldest?.card ?? card;
  }

  /** Return the other cards of a card's group, earliest first. */
  otherDuplicates(card: Card): Card[] {
    return (card.duplicates?.newestFirst() ?? []).map((entry) => entry.card).filter((other) => other !== card).reverse();
  }

  private put(post: Post): void {
    const id = readId(post);
    const card = this.cards.get(id);
    const read = readablePost(post);
    if (!card) {
      const made: Card = {
        id,
        sortTime: 0,
        post: read ?? post,
        own: !post.repost_of,
        reposts: new Map(post.repost_of ? [[post.id, post]] : []),
        duplicates: null,
        stamp: ++this.stamp,
      };
      made.sortTime = sortTimeOf(made);
      this.cards.set(id, made);
      this.latest.put(made);
      if (read) this.joinDuplicates(made);
      return;
    }
    this.latest.remove(card);
    card.stamp = ++this.stamp;
    const textBefore = card.post.text;
    const entry = duplicateEntryOf(card);
    if (post.repost_of) card.reposts.set(post.id, post);
    else card.own = true;
    if (read && (read.version >= card.post.version || !card.post.text)) card.post = read;
    card.sortTime = sortTimeOf(card);
    if (card.post.created_at !== entry.sortTime) this.moveAmongDuplicates(card, entry);
    if (card.post.text !== textBefore) this.rejoinDuplicates(card);
    this.putInList(this.lead(card));
  }

  private remove(post: Post): void {
    const card = this.cards.get(readId(post));
    if (!card) return;
    this.latest.remove(card);
    card.stamp = ++this.stamp;
    if (card.reposts.size + Number(card.own) === 1) {
      // The card leaves the index unchanged, because a paused list may still show it.
      this.leaveDuplicates(card);
      this.cards.delete(card.id);
      return;
    }
    if (post.repost_of) card.reposts.delete(post.id);
    else card.own = false;
    const next = card.reposts.values().next().value;
    card.sortTime = sortTimeOf(card);
    if (this.lead(card) === card) this.latest.put(card);
    if (!next || !post.repost_of || card.post.id !== post.id) return;
    card.post = next.original ?? next;  // the card showed the repost that left, because the original is not loaded
    if (next.original) this.rejoinDuplicates(card);
  }

  /** Mark the cards that quote one of these deleted posts as changed, so that views render them again. */
  touchQuotesOf(ids: readonly string[]): void {
    const deleted = new Set(ids);
    for (const card of this.cards.values()) if (card.post.quote_of && deleted.has(card.post.quote_of)) card.stamp = ++this.stamp;
  }

  /** Update a card from a later version of its post: a card that left the index while a paused list still shows it. */
  refresh(card: Card, post: Post): void {
    const read = readablePost(post);
    if (!read || read.version <= card.post.version) return;
    card.post = read;
    card.stamp = ++this.stamp;
  }

  private putInList(card: Card): void {
    card.stamp = ++this.stamp;
    this.latest.put(card);
  }

  private joinDuplicates(card: Card): void {
    const near = this.nearIndex.add(card.post, (id) => {
      const other = this.cards.get(id);
      return other !== undefined && combinedSpanMs(card, other) <= DUPLICATES_WITHIN_MS;
    });
    for (const id of near) {
      const other = this.cards.get(id);
      if (other && combinedSpanMs(card, other) <= DUPLICATES_WITHIN_MS) this.merge(card, other);  // checked again: each merge lengthens the group
    }
  }

  private rejoinDuplicates(card: Card): void {
    this.leaveDuplicates(card);
    this.latest.put(card);
    this.joinDuplicates(card);
  }

  /** Sort a card into its group again: a later version of its post has another time. `before`: the card's entry until now. */
  private moveAmongDuplicates(card: Card, before: DuplicateEntry): void {
    const lead = this.lead(card);
    if (!card.duplicates?.remove(before)) return;
    card.duplicates.put(duplicateEntryOf(card));
    if (this.lead(card) !== lead) this.latest.remove(lead);
  }

  private merge(a: Card, b: Card): void {
    if (a.duplicates && a.duplicates === b.duplicates) return;
    const leads = [this.lead(a), this.lead(b)];
    const [few, many] = (a.duplicates?.size ?? 1) < (b.duplicates?.size ?? 1) ? [a, b] : [b, a];
    const group = many.duplicates ?? new SortedList<DuplicateEntry>();
    for (const card of [...(few.duplicates?.newestFirst().map((entry) => entry.card) ?? [few]), ...(many.duplicates ? [] : [many])]) {
      card.duplicates = group;
      group.put(duplicateEntryOf(card));
    }
    const lead = this.lead(a);
    for (const card of leads) if (card !== lead) this.latest.remove(card);
    this.putInList(lead);
  }

  private leaveDuplicates(card: Card): void {
    this.nearIndex.remove(card.post.id);
    const group = card.duplicates;
    if (!group) return;
    group.remove(duplicateEntryOf(card));
    card.duplicates = null;
    const first = group.oldest?.card;
    if (!first) return;
    if (group.size === 1) first.duplicates = null;
    this.putInList(first);
  }

  private clear(): void {
    this.cards.clear();
    this.latest.clear();
    this.nearIndex.clear();
  }
}

function duplicateEntryOf(card: Card): DuplicateEntry {
  return { id: card.id, sortTime: card.post.created_at, card };
}

/** Return the milliseconds between the earliest and the latest post of two groups taken together. */
function combinedSpanMs(a: Card, b: Card): number {
  const first = (card: Card): number => card.duplicates?.oldest?.sortTime ?? card.post.created_at;
  const last = (card: Card): number => card.duplicates?.newest?.sortTime ?? card.post.created_at;
  return Math.max(last(a), last(b)) - Math.min(first(a), first(b));
}

/** Return the post that a card shows: the post itself, or the original of a repost; undefined where the repost came without it. */
function readablePost(post: Post): Post | undefined {
  return post.repost_of ? post.original : post;
}

function sortTimeOf(card: Card): number {
  if (card.own && (seenWhenWritten(card.post) || !card.reposts.size)) return card.post.created_at;
  let first = Infinity;
  for (const repost of card.reposts.values()) first = Math.min(first, repost.created_at);
  return first;
}
