/**
 * State of the page of one post: the post, its conversation, its versions, its neighbours, and why it matches each search of the deck that
 * the reader came from. Each part is requested by itself, and fails by itself. A post that is deleted, before or while it is read, leaves
 * nothing of itself here.
 */
import { matchedSpans } from "../../text/markSpans";
import { api, ApiError, PostDeleted, type Conversation, type Explanation, type Neighbours, type PageFacts, type PostVersion } from "../../wire/api";
import { deckApi } from "../../wire/deckApi";
import type { Post } from "../../wire/post";
import { openEventStream } from "../../wire/eventStream";
import { deckOf } from "../deck/deckDocument";
import { deckIdOf } from "../deck/deckName";
import { readColumns } from "../deck/deckAddress";
import type { ColumnSpec } from "../columnSpec";
import type { Settings } from "../page/settings";
import { lastDeck } from "./postAddress";

/** A part of the page: on its way, here, or refused with a reason. */
export type Part<T> = { readonly value: T } | { readonly problem: string } | null;

export type PostStatus = "loading" | "shown" | "deleted" | "not-stored" | "signed-out" | "failed";

/** Whether the post matches a column's search, and where. */
export interface ColumnMatch {
  readonly spec: ColumnSpec;
  readonly explanation: Explanation;
}

export class PostPageState {
  status: PostStatus = "loading";
  post: Post | null = null;
  /** When the server heard of the deletion, ms; null if it happened while the page was open, or did not. */
  deletedAt: number | null = null;
  problem = "";
  facts: PageFacts | null = null;
  conversation: Part<Conversation> = null;
  versions: Part<readonly PostVersion[]> = null;
  around: Part<{ source: Neighbours; author: Neighbours }> = null;
  matches: Part<readonly ColumnMatch[]> = null;
  /** Column whose parts are marked in the text: its id. */
  marked: string | null = null;
  /** Versions that are compared, by their place in the list. */
  compared: { older: number; newer: number } = { older: 1, newer: 0 };
  readonly deck = lastDeck();
  private readonly abort = new AbortController();
  private stream: { close(): void } | null = null;

  constructor(
    readonly id: string,
    readonly settings: Settings,
    private readonly changed: () => void,
  ) {}

  /** Request the post, and then each part of the page. */
  async load(): Promise<void> {
    this.status = "loading";
    this.changed();
    try {
      this.post = await api.post(this.id, this.abort.signal);
      this.status = "shown";
    } catch (error) {
      this.refuse(error);
      this.changed();
      return;
    }
    this.changed();
    this.watchDeletion();
    await Promise.all([
      this.fetch("facts", async () => { this.facts = await api.page(this.abort.signal); }),
      this.fetch("conversation", async () => { this.conversation = { value: await api.conversation(this.id, 0, this.abort.signal) }; }),
      this.fetch("versions", async () => { this.versions = { value: (await api.versions(this.id, this.abort.signal)).versions }; }),
      this.fetch("around", async () => { this.around = { value: await api.around(this.id, this.abort.signal) }; }),
      this.fetch("matches", async () => { this.matches = { value: await this.columnMatches() }; }),
    ]);
  }

  /** Stop every request, and the stream of deletions. */
  dispose(): void {
    this.abort.abort();
    this.stream?.close();
  }

  mark(columnId: string | null): void {
    this.marked = columnId;
    this.changed();
  }

  compare(older: number, newer: number): void {
    this.compared = { older, newer };
    this.changed();
  }

  /** Load the posts of the conversation that follow. */
  async moreOfConversation(): Promise<void> {
    const { conversation } = this;
    if (!conversation || !("value" in conversation)) return;
    const { root, posts } = conversation.value;
    await this.fetch("conversation", async () => {
      const next = await api.conversation(this.id, posts.length, this.abort.signal);
      this.conversation = { value: { root, posts: [...posts, ...next.posts], more: next.more && next.posts.length > 0 } };
    });
  }

  /** Facts of the server, where the views of cards look for them. */
  get server(): { readonly facts: PageFacts | null } {
    return { facts: this.facts };
  }

  /** Places of the marked column's parts in the text, in code points. */
  get markedSpans(): [number, number][] {
    const { matches } = this;
    if (!matches || !("value" in matches)) return [];
    const match = matches.value.find(({ spec }) => spec.id === this.marked);
    return match ? matchedSpans(match.explanation.parts) : [];
  }

  private async fetch(part: "facts" | "conversation" | "versions" | "around" | "matches", request: () => Promise<void>): Promise<void> {
    try {
      await request();
    } catch (error) {
      if (this.abort.signal.aborted) return;
      if (error instanceof PostDeleted) this.refuse(error);
      else if (!(error instanceof ApiError)) throw error;
      else if (part !== "facts") this[part] = { problem: error.message };
    }
    if (!this.abort.signal.aborted) this.changed();
  }

  /** Ask about the post for each search of the deck that the reader came from. The first that matches is marked. */
  private async columnMatches(): Promise<ColumnMatch[]> {
    const specs = await this.deckSpecs();
    const found: ColumnMatch[] = [];
    const asked = new Map<string, Promise<Explanation>>();
    for (const spec of specs) {
      const request = asked.get(spec.query) ?? api.why(spec.query, this.id, this.abort.signal);
      asked.set(spec.query, request);
      try {
        found.push({ spec, explanation: await request });
      } catch (error) {
        // A column whose text is no search has nothing to explain.
        if (!(error instanceof ApiError) || error.status !== 400) throw error;
      }
    }
    this.marked = found.find(({ spec, explanation }) => explanation.matches && spec.query !== "*")?.spec.id ?? null;
    return found;
  }

  private async deckSpecs(): Promise<readonly ColumnSpec[]> {
    const url = new URL(this.deck, location.href);
    const id = deckIdOf(url.pathname);
    if (id === null) return readColumns(url.search, this.settings);
    try {
      return deckOf((await deckApi.get(id)).deck, this.settings).columns;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return [];
      throw error;
    }
  }

  private refuse(error: unknown): void {
    if (this.abort.signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    if (error instanceof PostDeleted) return this.forget(error.at);
    this.status = error.status === 404 ? "not-stored" : error.status === 401 ? "signed-out" : "failed";
    this.problem = error.message;
  }

  /** Keep nothing of a deleted post. */
  private forget(at: number | null): void {
    this.status = "deleted";
    this.deletedAt = at;
    this.dispose();
    [this.post, this.conversation, this.versions, this.around, this.matches] = [null, null, null, null, null];
  }

  /** Listen for the deletion of the post, and of the posts beside it. */
  private watchDeletion(): void {
    this.stream = openEventStream([], null, {
      open: () => undefined,
      lost: (final) => { if (final) this.stream?.close(); },
      frame: (frame) => {
        if (frame.type !== "deleted") return;
        if (frame.ids.includes(this.id)) this.forget(null);
        else this.leaveOut(new Set(frame.ids));
        this.changed();
      },
    });
  }

  private leaveOut(ids: ReadonlySet<string>): void {
    const kept = (posts: readonly Post[]): Post[] => posts.filter((post) => !ids.has(post.id));
    const { conversation, around } = this;
    if (conversation && "value" in conversation) this.conversation = { value: { ...conversation.value, posts: kept(conversation.value.posts) } };
    if (around && "value" in around) {
      const sides = ({ before, after }: Neighbours): Neighbours => ({ before: kept(before), after: kept(after) });
      this.around = { value: { source: sides(around.value.source), author: sides(around.value.author) } };
    }
  }
}
