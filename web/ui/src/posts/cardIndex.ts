/**
 * Turns posts into cards: a repost is a line on its original, near-duplicates lie under the earliest of them.
 *
 * Works post by post as they come and go; `latest` is always in order. A card's place is when its original was written, or,
 * where an old original came up again by reposts, the time of the earliest repost held.
 */
import { readId, type Post } from "../wire/post";
import { fresh, type Change } from "./postStore";
import { NearIndex, WITHIN_MS } from "./nearDuplicates";
import { Ordered } from "./sortedList";

export interface Card {
  id: string;
  place: number;
  /** The post to read: held itself, or as it came inside a repost. */
  post: Post;
  /** Held itself, not only through a repost. */
  own: boolean;
  reposts: Map<string, Post>;
  /** The cards like this one, itself included, the earliest last; null while there is none. */
  group: Ordered<Alike> | null;
  /** Bumped by every change, so that a view knows when to draw again. */
  stamp: number;
}

interface Alike {
  id: string;
  /** When the card's post was written, as it was when the card joined. */
  place: number;
  card: Card;
}

export class Folding {
  readonly cards = new Map<string, Card>();
  readonly latest = new Ordered<Card>();
  private readonly near = new NearIndex();
  private stamp = 0;

  /** Apply what happened to the holding; returns the ids of cards that are new in the list. */
  apply(change: Change): string[] {
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
    return card.group?.oldest?.card ?? card;
  }

  /** Return the other cards of a card's group, earliest first. */
  others(card: Card): Card[] {
    return (card.group?.newestFirst() ?? []).map((one) => one.card).filter((other) => other !== card).reverse();
  }

  private put(post: Post): void {
    const id = readId(post);
    const card = this.cards.get(id);
    const read = readOf(post);
    if (!card) {
      const made: Card = {
        id,
        place: 0,
        post: read ?? post,
        own: !post.repost_of,
        reposts: new Map(post.repost_of ? [[post.id, post]] : []),
        group: null,
        stamp: ++this.stamp,
      };
      made.place = placeOf(made);
      this.cards.set(id, made);
      this.latest.put(made);
      if (read) this.join(made);
      return;
    }
    this.latest.remove(card);
    card.stamp = ++this.stamp;
    const textWas = card.post.text;
    const seat = alikeOf(card);
    if (post.repost_of) card.reposts.set(post.id, post);
    else card.own = true;
    if (read && (read.version >= card.post.version || !card.post.text)) card.post = read;
    card.place = placeOf(card);
    if (card.post.created_at !== seat.place) this.reseat(card, seat);
    if (card.post.text !== textWas) this.rejoin(card);
    this.show(this.lead(card));
  }

  private remove(post: Post): void {
    const card = this.cards.get(readId(post));
    if (!card) return;
    this.latest.remove(card);
    card.stamp = ++this.stamp;
    if (card.reposts.size + Number(card.own) === 1) {
      // With its last post the card goes as it is: a list that stands still may show it yet.
      this.leave(card);
      this.cards.delete(card.id);
      return;
    }
    if (post.repost_of) card.reposts.delete(post.id);
    else card.own = false;
    const next = card.reposts.values().next().value;
    card.place = placeOf(card);
    if (this.lead(card) === card) this.latest.put(card);
    if (!next || !post.repost_of || card.post.id !== post.id) return;
    card.post = next.original ?? next;  // it was read from the repost that left, for want of the original
    if (next.original) this.rejoin(card);
  }

  /** Have cards that quote one of these posts drawn again: what they quote was withdrawn. */
  unquote(ids: readonly string[]): void {
    const withdrawn = new Set(ids);
    for (const card of this.cards.values()) if (card.post.quote_of && withdrawn.has(card.post.quote_of)) card.stamp = ++this.stamp;
  }

  /** Renew a card that has left the folding, and is still shown, from a later version of its post. */
  renew(card: Card, post: Post): void {
    const read = readOf(post);
    if (!read || read.version <= card.post.version) return;
    card.post = read;
    card.stamp = ++this.stamp;
  }

  private show(card: Card): void {
    card.stamp = ++this.stamp;
    this.latest.put(card);
  }

  private join(card: Card): void {
    const near = this.near.add(card.post, (id) => {
      const other = this.cards.get(id);
      return other !== undefined && span(card, other) <= WITHIN_MS;
    });
    for (const id of near) {
      const other = this.cards.get(id);
      if (other && span(card, other) <= WITHIN_MS) this.merge(card, other);  // each merge makes the group longer
    }
  }

  private rejoin(card: Card): void {
    this.leave(card);
    this.latest.put(card);
    this.join(card);
  }

  /** Take the place in a group that the time of a later version gives. */
  private reseat(card: Card, seat: Alike): void {
    const lead = this.lead(card);
    if (!card.group?.remove(seat)) return;
    card.group.put(alikeOf(card));
    if (this.lead(card) !== lead) this.latest.remove(lead);
  }

  private merge(a: Card, b: Card): void {
    if (a.group && a.group === b.group) return;
    const leads = [this.lead(a), this.lead(b)];
    const [few, many] = (a.group?.size ?? 1) < (b.group?.size ?? 1) ? [a, b] : [b, a];
    const group = many.group ?? new Ordered<Alike>();
    for (const card of [...(few.group?.newestFirst().map((one) => one.card) ?? [few]), ...(many.group ? [] : [many])]) {
      card.group = group;
      group.put(alikeOf(card));
    }
    const lead = this.lead(a);
    for (const card of leads) if (card !== lead) this.latest.remove(card);
    this.show(lead);
  }

  private leave(card: Card): void {
    this.near.remove(card.post.id);
    const group = card.group;
    if (!group) return;
    group.remove(alikeOf(card));
    card.group = null;
    const first = group.oldest?.card;
    if (!first) return;
    if (group.size === 1) first.group = null;
    this.show(first);
  }

  private clear(): void {
    this.cards.clear();
    this.latest.clear();
    this.near.clear();
  }
}

function alikeOf(card: Card): Alike {
  return { id: card.id, place: card.post.created_at, card };
}

/** Return how far apart the first and the last of two cards' groups were written, ms. */
function span(a: Card, b: Card): number {
  const first = (card: Card): number => card.group?.oldest?.place ?? card.post.created_at;
  const last = (card: Card): number => card.group?.newest?.place ?? card.post.created_at;
  return Math.max(last(a), last(b)) - Math.min(first(a), first(b));
}

/** Return the post that a reader reads of one: the original of a repost, where it came along. */
function readOf(post: Post): Post | undefined {
  return post.repost_of ? post.original : post;
}

function placeOf(card: Card): number {
  if (card.own && (fresh(card.post) || !card.reposts.size)) return card.post.created_at;
  let first = Infinity;
  for (const repost of card.reposts.values()) first = Math.min(first, repost.created_at);
  return first;
}
