/** Deck server: `/api/decks` as docs/reference/protocol.md tells it, for tests of the page's state. Everything else goes to another server. */
import type { Pin, WholeDeck, WireDeck } from "../src/wire/deckApi";

type Fetch = (address: string, init?: RequestInit) => Promise<Response>;

export class DeckServer {
  readonly decks = new Map<string, WholeDeck>();
  /** Status with which every request for decks is refused; 0: none; -1: nobody answers. */
  failing = 0;
  /** Requests that changed something, as "METHOD path". */
  readonly changes: string[] = [];

  constructor(private readonly others: Fetch) {}

  readonly fetch: Fetch = async (address, init) => {
    const path = decodeURIComponent(address.split("?")[0] ?? "");
    if (!path.startsWith("/api/decks")) return this.others(address, init);
    if (this.failing === -1) throw new TypeError("nobody answers");
    if (this.failing) return refusal(this.failing, "store_unavailable", "The store cannot be reached now.");
    const [id = "", part = "", ...rest] = path.slice("/api/decks/".length).split("/");
    const method = init?.method ?? "GET";
    if (!id) return Response.json({ decks: [...this.decks.values()].map(({ deck, ...one }) => ({ id: one.id, title: deck.title, revision: one.revision, changed_at: one.changed_at, columns: deck.columns.length })) });
    if (method !== "GET") this.changes.push(`${method} ${path}`);
    const body = init?.body ? JSON.parse(init.body as string) as { revision?: number | null; deck?: WireDeck; read?: Record<string, number> } & Partial<Pin> : {};
    const stored = this.decks.get(id);
    if (method === "PUT" && !part) return this.save(id, body.revision ?? null, body.deck as WireDeck);
    if (!stored) return refusal(404, "not_found", "There is no such deck.");
    if (method === "GET") return Response.json(structuredClone(stored));
    if (method === "DELETE" && !part) {
      this.decks.delete(id);
      return Response.json({ revision: stored.revision });
    }
    if (part === "read") {
      for (const [column, number] of Object.entries(body.read ?? {})) stored.read[column] = Math.max(number, stored.read[column] ?? 0);
      return Response.json({ read: stored.read });
    }
    return this.changePin(stored, rest.join("/"), method, body);
  };

  /** Save a deck as another browser would, over the present revision. */
  saveElsewhere(id: string, change: (deck: WireDeck) => WireDeck): void {
    const stored = this.decks.get(id) as WholeDeck;
    this.decks.set(id, { ...stored, deck: change(structuredClone(stored.deck)), revision: stored.revision + 1, changed_at: stored.changed_at + 1_000 });
  }

  private save(id: string, revision: number | null, deck: WireDeck): Response {
    const stored = this.decks.get(id);
    if ((stored?.revision ?? 0) !== (revision ?? 0)) return Response.json({ error: { code: "deck_conflict", message: "This deck was changed meanwhile." }, current: stored ?? null }, { status: 409 });
    const saved = { id, revision: (stored?.revision ?? 0) + 1, changed_at: (stored?.changed_at ?? 1_000) + 1_000, deck: structuredClone(deck), read: stored?.read ?? {}, pins: stored?.pins ?? {} };
    this.decks.set(id, saved);
    return Response.json({ revision: saved.revision, changed_at: saved.changed_at });
  }

  private changePin(stored: WholeDeck, postId: string, method: string, change: Partial<Pin>): Response {
    if (postId === "x:refused") return refusal(404, "not_found", "No such post is stored.");
    if (method === "DELETE") stored.pins = Object.fromEntries(Object.entries(stored.pins).filter(([other]) => other !== postId));
    else stored.pins[postId] = { ...{ note: "", handled: false, pinned: true, pinned_at: 1, changed_at: 1, gone_at: null }, ...stored.pins[postId], ...change };
    return Response.json(stored.pins[postId] ?? { revision: stored.revision });
  }
}

function refusal(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status });
}
