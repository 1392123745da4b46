/**
 * Turns posts into cards: a repost is a line on its original, near-duplicates lie under the earliest of them.
 *
 * Works post by post as they come and go; `latest` is always in order. A card's place is when its original was written, or,
 * where an old original came up again by reposts, the time of the earliest repost held.
 */
import { readId, type Post } from "../wire/post";
import { seenWhenWritten, type StoreChange } from "./postStore";
import { NearDuplicateIndex, DUPLICATES_WITHIN_MS } from "./nearDuplicates";
import { SortedList } from "./sortedList";

export interface Card {
  id: string;
  sortTime: number;
  /** The post to read: held itself, or as it came inside a repost. */
  post: Post;
  /** Held itself, not only through a repost. */
  own: boolean;
  reposts: Map<string, Post>;
  /** The cards like this one, itself included, the earliest last; null while there is none. */
  duplicates: SortedList<DuplicateEntry> | null;
  /** Bumped by every change, so that a view knows when to draw again. */
  stamp: number;
}

interface DuplicateEntry {
  id: string;
  /** When the card's post was written, as it was when the card joined. */
  sortTime: number;
  card: Card;
}

export class CardIndex {
  readonly cards = new Map<string, Card>();
  readonly latest = new SortedList<Card>();
  private readonly nearIndex = new NearDuplicateIndex();
  private stamp = 0;

  /** Apply what happened to the holding; returns the ids of cards that are new in the list. */
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

  /** Return the earliest card of the group a card lies in. */
  lead(card: Card): Card {
    return card.duplicates?.oldest?.card ?? card;
  }

  /** Return the other cards of a card's group, earliest first. */
  otherDuplicates(card: Card): Card[] {
    return (card.duplicates?.newestFirst() ?? []).map((one) => one.card).filter((other) => other !== card).reverse();
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
    const textWas = card.post.text;
    const seat = duplicateEntryOf(card);
    if (post.repost_of) card.reposts.set(post.id, post);
    else card.own = true;
    if (read && (read.version >= card.post.version || !card.post.text)) card.post = read;
    card.sortTime = sortTimeOf(card);
    if (card.post.created_at !== seat.sortTime) this.moveAmongDuplicates(card, seat);
    if (card.post.text !== textWas) this.rejoinDuplicates(card);
    this.putInList(this.lead(card));
  }

  private remove(post: Post): void {
    const card = this.cards.get(readId(post));
    if (!card) return;
    this.latest.remove(card);
    card.stamp = ++this.stamp;
    if (card.reposts.size + Number(card.own) === 1) {
      // With its last post the card goes as it is: a list that stands still may show it yet.
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
    card.post = next.original ?? next;  // it was read from the repost that left, for want of the original
    if (next.original) this.rejoinDuplicates(card);
  }

  /** Have cards that quote one of these posts drawn again: what they quote was withdrawn. */
  touchQuotesOf(ids: readonly string[]): void {
    const withdrawn = new Set(ids);
    for (const card of this.cards.values()) if (card.post.quote_of && withdrawn.has(card.post.quote_of)) card.stamp = ++this.stamp;
  }

  /** Renew a card that has left the folding, and is still shown, from a later version of its post. */
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
      if (other && combinedSpanMs(card, other) <= DUPLICATES_WITHIN_MS) this.merge(card, other);  // each merge makes the group longer
    }
  }

  private rejoinDuplicates(card: Card): void {
    this.leaveDuplicates(card);
    this.latest.put(card);
    this.joinDuplicates(card);
  }

  /** Take the place in a group that the time of a later version gives. */
  private moveAmongDuplicates(card: Card, seat: DuplicateEntry): void {
    const lead = this.lead(card);
    if (!card.duplicates?.remove(seat)) return;
    card.duplicates.put(duplicateEntryOf(card));
    if (this.lead(card) !== lead) this.latest.remove(lead);
  }

  private merge(a: Card, b: Card): void {
    if (a.duplicates && a.duplicates === b.duplicates) return;
    const leads = [this.lead(a), this.lead(b)];
    const [few, many] = (a.duplicates?.size ?? 1) < (b.duplicates?.size ?? 1) ? [a, b] : [b, a];
    const group = many.duplicates ?? new SortedList<DuplicateEntry>();
    for (const card of [...(few.duplicates?.newestFirst().map((one) => one.card) ?? [few]), ...(many.duplicates ? [] : [many])]) {
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

/** Return how far apart the first and the last of two cards' groups were written, ms. */
function combinedSpanMs(a: Card, b: Card): number {
  const first = (card: Card): number => card.duplicates?.oldest?.sortTime ?? card.post.created_at;
  const last = (card: Card): number => card.duplicates?.newest?.sortTime ?? card.post.created_at;
  return Math.max(last(a), last(b)) - Math.min(first(a), first(b));
}

/** Return the post that a reader reads of one: the original of a repost, where it came along. */
function readablePost(post: Post): Post | undefined {
  return post.repost_of ? post.original : post;
}

function sortTimeOf(card: Card): number {
  if (card.own && (seenWhenWritten(card.post) || !card.reposts.size)) return card.post.created_at;
  let first = Infinity;
  for (const repost of card.reposts.values()) first = Math.min(first, repost.created_at);
  return first;
}
