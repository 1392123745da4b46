// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { DEFAULT_SETTINGS } from "../../../src/state/page/settings";
import { rememberDeck } from "../../../src/state/post/postAddress";
import { PostPageState } from "../../../src/state/post/postPageState";
import { post } from "../../postFixtures";

/** An event stream whose frames the test sends. */
class FakeStream {
  static last: FakeStream | null = null;
  readonly listeners = new Map<string, (event: unknown) => void>();
  closed = false;
  onopen: (() => void) | null = null;
  constructor(readonly url: string) {
    FakeStream.last = this;
  }
  addEventListener(name: string, listener: (event: unknown) => void): void {
    this.listeners.set(name, listener);
  }
  close(): void {
    this.closed = true;
  }
  deleted(...ids: string[]): void {
    this.listeners.get("deleted")?.(new MessageEvent("deleted", { data: JSON.stringify({ type: "deleted", ids }) }));
  }
}

const sides = { before: [post("before")], after: [] };
let answers: Record<string, [number, unknown]>;
let requested: string[];

function open(id = "x:1"): PostPageState {
  return new PostPageState(id, { ...DEFAULT_SETTINGS }, () => undefined);
}

beforeEach(() => {
  localStorage.clear();
  requested = [];
  answers = {
    "/api/posts/x%3A1": [200, post("x:1", { text: "a storm" })],
    "/api/posts/x%3A1/conversation": [200, { root: "x:1", posts: [post("x:1"), post("answer")], more: true }],
    "/api/posts/x%3A1/versions": [200, { versions: [] }],
    "/api/posts/x%3A1/around": [200, { source: sides, author: sides }],
    "/api/page": [200, { images: "off" }],
    "/api/explain": [200, { canonical: "", matches: true, parts: [{ part: "storm", matched: true, spans: [[2, 7]] }, { part: "snow", matched: false, spans: [] }] }],
  };
  vi.stubGlobal("EventSource", FakeStream);
  vi.stubGlobal("fetch", (address: string) => {
    requested.push(address);
    const [status, body] = answers[address.split("?")[0] ?? ""] ?? [404, { error: { code: "not_found", message: "Not here." } }];
    return Promise.resolve(Response.json(body, { status }));
  });
});

describe("the page of a post", () => {
  it("marks the parts of the first column of the deck that the post matches", async () => {
    rememberDeck("/?q=*&q=storm");
    const state = open();
    await state.load();
    expect(state.status).toBe("shown");
    expect(state.matches && "value" in state.matches && state.matches.value.map(({ spec }) => spec.query)).toEqual(["*", "storm"]);
    expect(state.markedSpans).toEqual([[2, 7]]);
    state.mark(null);
    expect(state.markedSpans).toEqual([]);
  });

  it("says of each part by itself why it cannot be shown", async () => {
    answers["/api/posts/x%3A1/around"] = [503, { error: { code: "store_unavailable", message: "Later." } }];
    const state = open();
    await state.load();
    expect(state.around).toEqual({ problem: "Later." });
    expect(state.conversation).toMatchObject({ value: { root: "x:1" } });
  });

  it.each([
    [410, { error: { code: "deleted", message: "" }, deleted_at: 77 }, "deleted", 77],
    [404, { error: { code: "not_found", message: "" } }, "not-stored", null],
    [401, { error: { code: "signed_out", message: "" } }, "signed-out", null],
    [503, { error: { code: "store_unavailable", message: "" } }, "failed", null],
  ] as const)("of an answer %i asks for nothing else", async (status, body, expected, at) => {
    answers["/api/posts/x%3A1"] = [status, body];
    const state = open();
    await state.load();
    expect([state.status, state.deletedAt, state.post]).toEqual([expected, at, null]);
    expect(requested).toHaveLength(1);
  });

  it("keeps nothing of a post that is deleted while it is read, and leaves out others that are", async () => {
    const state = open();
    await state.load();
    FakeStream.last?.deleted("answer", "before");
    expect(state.conversation).toMatchObject({ value: { posts: [{ id: "x:1" }] } });
    expect(state.around).toMatchObject({ value: { source: { before: [] } } });
    FakeStream.last?.deleted("x:1");
    expect(state.status).toBe("deleted");
    expect([state.post, state.conversation, state.versions, state.around, state.matches]).toEqual([null, null, null, null, null]);
    expect(FakeStream.last?.closed).toBe(true);
    expect(JSON.stringify(state)).not.toContain("a storm");
  });

  it("loads the rest of a conversation from where it stands", async () => {
    const state = open();
    await state.load();
    answers["/api/posts/x%3A1/conversation"] = [200, { root: "x:1", posts: [post("later")], more: false }];
    await state.moreOfConversation();
    expect(requested.at(-1)).toContain("skip=2");
    expect(state.conversation).toMatchObject({ value: { posts: [{ id: "x:1" }, { id: "answer" }, { id: "later" }], more: false } });
  });
});
