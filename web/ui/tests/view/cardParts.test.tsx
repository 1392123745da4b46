// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Desk } from "../../src/state/desk";
import { DEFAULT_SETTINGS } from "../../src/state/page/settings";
import { Feed } from "../../src/view/column/Feed";
import { Connection } from "../../src/wire/connection";
import type { Post } from "../../src/wire/post";
import { post } from "../postFixtures";

let root: HTMLElement;
let desk: Desk;

/** A connection without a server. */
class OfflineConnection extends Connection {
  override subscribe(query: string, depth: number): ReturnType<Connection["subscribe"]> {
    return { query, history: depth, phase: "live" as const, take: null, listen: () => undefined, close: () => undefined } as never;
  }
}

/** Draw one post, found by a search of some terms, and return its card. */
function draw(one: Post, terms: string[] = []): HTMLElement {
  desk.column.run.applyFrame({ type: "subscribed", id: "1", key: "k", query: "text", terms } as never, 0);
  desk.column.run.applyFrame({ type: "history", id: "a", key: "k", posts: [one], done: true, after: 1 }, 0);
  const { column } = desk;
  void act(() => render(<Feed key={column.runCount} desk={desk} column={column} cards={column.run.cards(1e9)} clock={0} revision={column.run.revision} onScrolled={() => undefined} />, root));
  return root.querySelector("article") as HTMLElement;
}

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", class { observe(): void {} unobserve(): void {} disconnect(): void {} });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  history.replaceState(null, "", "/");
  localStorage.clear();
  root = document.body.appendChild(document.createElement("main"));
  desk = new Desk({ ...DEFAULT_SETTINGS }, new OfflineConnection("ws://h/ws"), () => undefined);
  vi.spyOn(desk.polling, "schedule").mockImplementation(() => undefined);
  vi.spyOn(globalThis, "setInterval").mockReturnValue(0 as never);
  desk.start();
  desk.server.facts = { images: "proxy" } as never;
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.restoreAllMocks();
});

const AUTHOR = { id: "a", handle: "ann@home.example", name: "Ann :gull:", bio: "", avatar: "", followers: 1, verified: false };

describe("a card", () => {
  it("draws a poll with the shares of its options, and marks words of the search in them", () => {
    const poll = { options: [{ text: "tea", votes: 3 }, { text: "coffee", votes: 1 }], closes_at: 1_000, multiple: false };
    const card = draw(post("p", { poll }), ["coffee"]);
    expect([...card.querySelectorAll(".poll li")].map((one) => one.textContent)).toEqual(["tea75 %", "coffee25 %"]);
    expect(card.querySelector(".poll mark")?.textContent).toBe("coffee");
    expect(card.querySelector(".poll-end")?.textContent).toMatch(/^4 votes · ended /u);
    const secret = { ...poll, options: [{ text: "tea", votes: null }], closes_at: null };
    expect(draw(post("q", { poll: secret, created_at: 9e6 })).querySelector(".poll")?.textContent).toBe("teaPoll");
  });

  it("shows four pictures of a gallery, with their descriptions, and how many more there are", () => {
    const gallery = (count: number) => Array.from({ length: count }, (_, at) => ({ type: "image", url: `https://a.example/${at}.jpg`, preview: "", alt: `picture ${at}` }));
    const card = draw(post("p", { media: gallery(6) }));
    expect([...card.querySelectorAll(".still img")].map((one) => one.getAttribute("alt"))).toEqual([0, 1, 2, 3].map((at) => `picture ${at}`));
    expect([...card.querySelectorAll(".still .badge")].map((one) => [one.textContent, one.getAttribute("title")])).toEqual([["+2", "2 more pictures in the post"]]);
    expect(draw(post("q", { media: gallery(4), created_at: 9e6 })).querySelector(".badge")).toBeNull();
  });

  it("says that its author is a bot, and that it was edited", () => {
    const card = draw(post("p", { author: { ...AUTHOR, bot: true }, edited_at: 2_000 }));
    expect(card.querySelector("header")?.textContent).toContain("bot");
    expect(card.querySelector(".edited")?.textContent).toBe("edited ");
    const plain = draw(post("q", { created_at: 9e6 }));
    expect([plain.querySelector(".edited"), plain.querySelector("header")?.textContent.includes("bot")]).toEqual([null, false]);
  });

  it("draws the emoji of a server as pictures of the proxy, and as words where pictures are off or it does not know them", () => {
    const one = post("p", {
      text: "hi :gull: :owl:", author: { ...AUTHOR, emojis: [{ name: "gull", url: "https://files.example/g.png" }] },
      entities: [{ type: "emoji", start: 3, end: 9, value: "gull" }, { type: "emoji", start: 10, end: 15, value: "owl" }],
      emojis: [{ name: "owl", url: "https://files.example/o.png" }],
    });
    const card = draw(one, ["gull"]);
    expect([...card.querySelectorAll("img.emoji")].map((image) => image.getAttribute("src"))).toEqual(["/img/p/author-emoji-0", "/img/p/emoji-0"]);
    expect(card.querySelector(".text")?.textContent).toBe("hi :gull: ");
    expect(card.querySelector("mark")).toBeNull();
    desk.server.facts = { images: "off" } as never;
    const off = draw(post("q", { ...one, id: "q", created_at: 9e6 }));
    expect(off.querySelector(".text")?.textContent).toBe("hi :gull: :owl:");
    expect(off.querySelector(".author")?.textContent).toBe("Ann :gull:");
  });

  it("shows the whole preview of a link, its picture only where media are shown", () => {
    const links = [{ url: "https://b.example/", title: "" }, { url: "https://a.example/", title: "A story", description: "What happened", image: "https://files.example/c.png" }];
    const card = draw(post("p", { links }), ["story"]);
    expect(card.querySelector(".link mark")?.textContent).toBe("story");
    expect(card.querySelector(".link .about")?.textContent).toBe("What happened");
    expect(card.querySelector(".link img")?.getAttribute("src")).toBe("/img/p/link-1");
    expect(draw(post("q", { links, sensitive: true, created_at: 9e6 })).querySelector(".link img")).toBeNull();
  });

  it("shows a file as a link beside the pictures, and the description that matches the search", () => {
    const media = [
      { type: "file", url: "https://far.example/a%20b.pdf", preview: "", alt: "", mime: "application/pdf" },
      { type: "image", url: "https://far.example/i.png", preview: "", alt: "a red kettle" },
      { type: "file", url: "javascript:alert(1)", preview: "", alt: "x" },
    ];
    const card = draw(post("p", { media }), ["kettle"]);
    expect([...card.querySelectorAll(".files li")].map((one) => one.textContent)).toEqual(["a b.pdfPDF · far.example"]);
    expect([...card.querySelectorAll(".media img")].map((image) => image.getAttribute("src"))).toEqual(["/img/p/1"]);
    expect(card.querySelector(".described")?.textContent).toBe("Description: a red kettle");
    expect(draw(post("q", { media, created_at: 9e6 })).querySelector(".described")).toBeNull();
  });

  it("gives paragraphs of two directions their own, and others one for all", () => {
    const mixed = draw(post("p", { text: "hello\n@ann שלום" })).querySelector(".text") as HTMLElement;
    expect([...mixed.querySelectorAll(".paragraph")].map((one) => one.getAttribute("dir"))).toEqual(["ltr", "rtl"]);
    expect(mixed.textContent).toBe("hello\n@ann שלום");
    const one = draw(post("q", { text: "@ann שלום\n12:30", created_at: 9e6 })).querySelector(".text") as HTMLElement;
    expect([one.getAttribute("dir"), one.querySelector(".paragraph")]).toEqual(["rtl", null]);
  });

  it("shows no count of 0", () => {
    const counts = { likes: 0, reposts: 2, replies: 0, quotes: 0 };
    const card = draw(post("p", { counts, author: { ...AUTHOR, followers: 0 } }));
    expect([...card.querySelectorAll(".number")].map((one) => one.textContent)).toEqual(["2"]);
    expect(card.querySelector(".followers")).toBeNull();
    const none = draw(post("q", { counts: { ...counts, reposts: 0 }, created_at: 9e6 }));
    expect(none.querySelector(".counts")).toBeNull();
    const onX = draw(post("x:7", { source: "x", counts, created_at: 10e6 }));
    expect([...onX.querySelectorAll("a.number")].map((one) => [one.textContent, one.getAttribute("aria-label")])).toEqual([["", "Reply on X"], ["2", "2 reposts. Repost on X"], ["", "Like on X"]]);
  });
});
