// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Desk } from "../../src/state/desk";
import { DEFAULT_SETTINGS } from "../../src/state/page/settings";
import { ErrorBoundary } from "../../src/view/ErrorBoundary";
import { CardBody } from "../../src/view/card/CardView";
import { Feed } from "../../src/view/column/Feed";
import { Connection } from "../../src/wire/connection";
import type { Post } from "../../src/wire/post";
import { post } from "../postFixtures";

let root: HTMLElement;
let desk: Desk;
const watches: { take: ((frame: never) => void) | null }[] = [];

/** A connection without a server. */
class OfflineConnection extends Connection {
  override subscribe(query: string, depth: number): ReturnType<Connection["subscribe"]> {
    const watch = { query, history: depth, phase: "live" as const, after: null, take: null as ((frame: never) => void) | null, listen: (take: (frame: never) => void) => { watch.take = take; }, close: () => undefined };
    watches.push(watch);
    return watch;
  }
}

function draw(): void {
  const { column } = desk;
  void act(() => render(
    <Feed key={column.runCount} desk={desk} column={column} cards={column.run.cards(1e9)} clock={0} revision={column.run.revision} onScrolled={() => undefined} />, root,
  ));
}

function arrive(posts: Post[]): void {
  const frame = { type: "posts", key: "k", after: 1, posts };
  desk.column.run.applyFrame(frame as never, 0);
  draw();
}

const articles = (): string[] => [...root.querySelectorAll("article")].map((one) => one.dataset.id ?? "");

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  vi.stubGlobal("ResizeObserver", class { observe(): void {} unobserve(): void {} disconnect(): void {} });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  history.replaceState(null, "", "/");
  localStorage.clear();
  root = document.body.appendChild(document.createElement("main"));
  desk = new Desk({ ...DEFAULT_SETTINGS }, new OfflineConnection("ws://h/ws"), () => undefined);
  vi.spyOn(desk.polling, "schedule").mockImplementation(() => undefined);  // its timer would outlive the test
  vi.spyOn(globalThis, "setInterval").mockReturnValue(0 as never);
  desk.start();
  desk.column.run.applyFrame({ type: "history", id: "a", key: "k", posts: Array.from({ length: 5 }, (_, at) => post(`p${at}`, { created_at: at })), done: true, after: 1 }, 0);
  draw();
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.restoreAllMocks();
});

describe("a list of cards", () => {
  it("renders one card for one arrival, and numbers all cards again", () => {
    const drawn = vi.spyOn(CardBody.prototype, "render");
    arrive([post("new", { created_at: 10 })]);
    expect(articles()[0]).toBe("new");
    expect(drawn).toHaveBeenCalledTimes(1);
    expect([...root.querySelectorAll("article")].map((one) => one.getAttribute("aria-posinset"))).toEqual(["1", "2", "3", "4", "5"]);
    expect(root.querySelector("article")?.getAttribute("aria-setsize")).toBe("6");
  });

  it("shows an error in place of a post that cannot be rendered, until a later version can", () => {
    arrive([post("bad", { created_at: 9e15 })]);
    expect(root.querySelector('[data-id="bad"]')?.textContent).toBe("This post cannot be shown.");
    arrive([post("after", { created_at: 20 })]);
    expect(articles()).toContain("after");
    expect(root.querySelector('[data-id="bad"]')?.textContent).toBe("This post cannot be shown.");
    arrive([post("bad", { created_at: 30, version: 9.1e15 })]);
    expect(root.querySelector('[data-id="bad"]')?.textContent).toContain("text of bad");
  });

  it("forgets the focused post when another search starts", () => {
    (root.querySelector('[data-id="p3"]') as HTMLElement).focus();
    expect(desk.column.run.state).toBe("paused");
    desk.navigate({ query: "text" });
    draw();
    desk.column.run.applyFrame({ type: "history", id: "a", key: "k", posts: [post("p3", { created_at: 3 }), post("p2", { created_at: 2 })], done: true, after: 1 }, 0);
    draw();
    expect(articles()).toEqual(["p3", "p2"]);
    expect(desk.column.run.state).toBe("live");
    expect(document.activeElement?.closest("article") ?? null).toBeNull();
  });

  it("does not pause the next search by a focus in the former list", () => {
    const post = root.querySelector('[data-id="p3"]') as HTMLElement;
    desk.navigate({ query: "text" });
    post.focus();
    expect(desk.column.run.state).toBe("live");
    draw();
    expect(desk.column.run.state).toBe("live");
  });

  it("has links with the chosen order", () => {
    desk.setOrder("likes");
    draw();
    const hrefs = [...root.querySelectorAll("a.author")].map((one) => one.getAttribute("href"));
    expect(hrefs).toHaveLength(5);
    for (const href of hrefs) expect(href).toContain("sort=likes");
  });
});

describe("a part of the page", () => {
  const Part = ({ bad }: { bad: boolean }) => {
    if (bad) throw new Error("cannot be drawn");
    return <p>well</p>;
  };
  const show = (bad: boolean, of: number) => void act(() => render(<ErrorBoundary name="The panel" of={of}><Part bad={bad} /></ErrorBoundary>, root));

  it("shows an error if it cannot be rendered, and is rendered again for another value or when the reader asks", () => {
    show(true, 1);
    expect(root.textContent).toBe("The panel cannot be shown. Try again");
    show(false, 1);
    expect(root.textContent).toContain("cannot be shown");
    void act(() => (root.querySelector("button") as HTMLElement).click());
    expect(root.textContent).toBe("well");
    show(true, 1);
    show(false, 2);
    expect(root.textContent).toBe("well");
  });
});
