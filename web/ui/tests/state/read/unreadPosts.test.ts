import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PostStore } from "../../../src/posts/postStore";
import { UnreadPosts } from "../../../src/state/read/unreadPosts";
import { post } from "../../postFixtures";

/** A page and what the server publishes: posts under the numbers 1, 2, 3 …, of which some overtake others. */
class Page {
  unread = new UnreadPosts();
  marker = 0;
  /** Numbers that were read, as a reader would say. */
  readonly readNumbers = new Set<number>();
  private store: PostStore;
  private readonly waiting = Array.from({ length: 60 }, (_, at) => at + 1);
  private readonly delivered: number[] = [];

  constructor(private readonly depth: number) {
    this.store = new PostStore(depth);
    this.open();
  }

  /** Everything up to this number has been received. */
  get after(): number {
    return (this.waiting[0] ?? 61) - 1;
  }

  private open(): void {
    this.unread.moveTo(this.marker);
    this.unread.advance(this.after);
    this.unread.noneUnheld();
  }

  private put(numbers: readonly number[]): void {
    this.unread.apply(this.store.put(numbers.map((number) => post(`p${number}`, { version: 1, created_at: (number * 37) % 61, first_seq: number }))), {}, false);
  }

  deliver(which: number): void {
    const [number] = this.waiting.splice(Math.min(which, this.waiting.length - 1), 1);
    if (number === undefined) return;
    this.delivered.push(number);
    this.put([number]);
  }

  /** The same posts come again, as after a lost connection. */
  deliverAgain(): void {
    this.put(this.delivered.slice(-5));
  }

  tick(): void {
    this.unread.advance(this.after);
    this.marker = this.unread.settle() ?? this.marker;
  }

  markRead(): void {
    for (const id of this.unread.ids()) this.readNumbers.add(Number(id.slice(1)));
    if (this.unread.unheld) for (const number of this.delivered) if (!this.held(number)) this.readNumbers.add(number);
    this.unread.see(this.unread.ids(), true);
    this.tick();
  }

  readSome(which: number): void {
    const ids = this.unread.ids().slice(0, which);
    for (const id of ids) this.readNumbers.add(Number(id.slice(1)));
    this.unread.see(ids);
    this.tick();
  }

  /** Load the page anew: the posts come in the history, the marker from the server, what was read above it from the browser. */
  reload(): void {
    const [above, before] = [[...this.unread.readAbove], this.store];
    this.unread = new UnreadPosts();
    this.store = new PostStore(this.depth);
    this.put(this.delivered);
    this.unread.moveTo(this.marker);
    this.unread.restore(above);
    this.unread.advance(this.after);
    const unread = this.delivered.filter((number) => number > this.marker && number <= this.after).length;
    this.unread.takeStored({ unread, more: false, after: this.after });
    expect(this.store.size).toBe(before.size);
  }

  held(number: number): boolean {
    return this.store.get(`p${number}`) !== undefined;
  }

  check(): void {
    for (const number of this.delivered) {
      if (this.readNumbers.has(number)) expect(this.unread.isUnread(`p${number}`), `${number} is unread again`).toBe(false);
      else if (this.held(number)) expect(this.unread.isUnread(`p${number}`), `${number} was passed over`).toBe(true);
      else expect(number, `${number} left unread and was passed over`).toBeGreaterThan(this.marker);
    }
    expect(this.marker).toBeLessThanOrEqual(this.after);
  }
}

const event = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 4 }).map((which) => (page: Page) => page.deliver(which)) },
  { weight: 4, arbitrary: fc.constant((page: Page) => page.tick()) },
  { weight: 2, arbitrary: fc.constant((page: Page) => page.markRead()) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 3 }).map((which) => (page: Page) => page.readSome(which)) },
  { weight: 1, arbitrary: fc.constant((page: Page) => page.deliverAgain()) },
  { weight: 1, arbitrary: fc.constant((page: Page) => page.reload()) },
);

describe("unread posts", () => {
  it.each([1_000, 8])("are unread once and never passed over, with a depth of %i", (depth) => {
    fc.assert(fc.property(fc.array(event, { maxLength: 80 }), (events) => {
      const page = new Page(depth);
      for (const happen of events) {
        happen(page);
        page.check();
      }
    }));
  });

  it("takes the entry number of the frame before the post's own", () => {
    const [unread, store] = [new UnreadPosts(), new PostStore(9)];
    unread.moveTo(10);
    unread.apply(store.put([post("a", { first_seq: 3 }), post("b", { first_seq: 3 }), post("c"), post("d", { first_seq: 11 })]), { a: 12 }, false);
    expect(unread.ids()).toEqual(["a", "d"]);
  });

  it("counts a post again that stopped matching and matches anew", () => {
    const [unread, store] = [new UnreadPosts(), new PostStore(9)];
    unread.moveTo(1);
    unread.advance(1);
    unread.noneUnheld();
    unread.apply(store.put([post("a", { first_seq: 5 })]), {}, false);
    unread.see(["a"]);
    expect(unread.ids()).toEqual([]);
    unread.apply(store.put([post("a", { version: 2_000_000, first_seq: 5 })]), { a: 9 }, false);
    expect(unread.ids()).toEqual(["a"]);
  });

  it("lets the marker wait while it is not known what is stored beside the held posts", () => {
    const [unread, store] = [new UnreadPosts(), new PostStore(9)];
    unread.moveTo(1);
    unread.apply(store.put([post("a", { first_seq: 5 })]), {}, false);
    unread.advance(8);
    unread.see(["a"]);
    expect(unread.settle()).toBe(1);
    unread.takeStored({ unread: 4, more: true, after: 9 });
    expect(unread.unheld).toBeNull();
    unread.advance(9);
    expect([unread.unheld, unread.hasMore, unread.settle()]).toEqual([3, true, 1]);
    unread.see([], true);
    expect(unread.settle()).toBe(9);
  });
});
