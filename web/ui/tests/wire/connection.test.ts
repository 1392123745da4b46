import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection } from "../../src/wire/connection";
import type { Frame } from "../../src/wire/frame";
import { FakeSocket } from "../fakeSocket";
import { post } from "../postFixtures";

describe("the connection", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
    vi.stubGlobal("addEventListener", () => undefined);
    vi.stubGlobal("document", { hidden: true, addEventListener: () => undefined });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("gives a search no frame that was on its way for the former search", () => {
    const connection = new Connection("ws://x/ws");
    const seen: [string, string][] = [];
    connection.attach({ frame: () => undefined, link: () => undefined });
    connection.start();
    FakeSocket.last.onopen?.();
    const former = connection.subscribe("storm", 10);
    former.listen((frame) => seen.push(["storm", frame.type]));
    former.close();
    connection.subscribe("harbour", 10).listen((frame) => seen.push(["harbour", frame.type]));
    const subscribed = FakeSocket.last.sent.filter((message) => message.type === "subscribe");
    const [storm, harbour] = subscribed.map((message) => message.id);
    FakeSocket.last.receive({ type: "subscribed", id: storm as string, key: "s", query: "storm", terms: [] });
    FakeSocket.last.receive({ type: "history", id: storm as string, key: "s", posts: [post("p")], done: true });
    vi.runOnlyPendingTimers();
    expect(seen).toEqual([]);
    FakeSocket.last.receive({ type: "subscribed", id: harbour as string, key: "h", query: "harbour", terms: [] });
    FakeSocket.last.receive({ type: "posts", key: "s", posts: [post("q")], after: 2 });
    FakeSocket.last.receive({ type: "history", id: harbour as string, key: "h", posts: [], done: true });
    vi.runOnlyPendingTimers();
    expect(seen).toEqual([["harbour", "subscribed"], ["harbour", "history"]]);
  });

  it("gives each of two columns of one search its own history, and live posts to both", () => {
    const connection = new Connection("ws://x/ws");
    const seen: [string, string][] = [];
    connection.attach({ frame: () => undefined, link: () => undefined });
    connection.start();
    FakeSocket.last.onopen?.();
    for (const name of ["latest", "likes"]) connection.subscribe("storm", 10).listen((frame) => seen.push([name, frame.type]));
    const [latest, likes] = FakeSocket.last.sent.map((message) => message.id) as [string, string];
    for (const id of [latest, likes]) FakeSocket.last.receive({ type: "subscribed", id, key: "s", query: "storm", terms: [] });
    FakeSocket.last.receive({ type: "history", id: latest, key: "s", posts: [post("p")], done: true, after: 5 });
    FakeSocket.last.receive({ type: "posts", key: "s", posts: [post("q")], after: 6 });
    FakeSocket.last.receive({ type: "reset", id: latest, key: "s" });
    FakeSocket.last.receive({ type: "lagged", id: likes, key: "s" });
    vi.runOnlyPendingTimers();
    expect(seen.filter(([name]) => name === "latest").map(([, type]) => type)).toEqual(["subscribed", "history", "posts", "reset"]);
    expect(seen.filter(([name]) => name === "likes").map(([, type]) => type)).toEqual(["subscribed", "posts", "lagged"]);
    expect(FakeSocket.last.sent.slice(2)).toMatchObject([{ type: "subscribe", id: likes, after: null }]);
  });

  it("follows one deck at a time, and again on the next connection", () => {
    const connection = new Connection("ws://x/ws");
    const seen: Frame[] = [];
    connection.attach({ frame: (frame) => seen.push(frame), link: () => undefined });
    connection.start();
    FakeSocket.last.onopen?.();
    connection.follow("harbour");
    connection.follow("harbour");
    connection.follow("port");
    expect(FakeSocket.last.sent).toEqual([{ type: "follow", deck: "harbour" }, { type: "unfollow", deck: "harbour" }, { type: "follow", deck: "port" }]);
    FakeSocket.last.onclose?.({ code: 1006, reason: "" });
    vi.advanceTimersByTime(30_000);
    FakeSocket.last.onopen?.();
    expect(FakeSocket.last.sent).toEqual([{ type: "follow", deck: "port" }]);
    FakeSocket.last.receive({ type: "deck", deck: "port", revision: 2, part: "columns" });
    vi.advanceTimersByTime(100);
    expect(seen).toContainEqual({ type: "deck", deck: "port", revision: 2, part: "columns" });
    connection.follow(null);
    expect(FakeSocket.last.sent.at(-1)).toEqual({ type: "unfollow", deck: "port" });
  });

  it("resumes each search by its `after` on the connection that follows a sleep of two hours", () => {
    const connection = new Connection("ws://x/ws");
    const seen: string[] = [];
    connection.attach({ frame: () => undefined, link: () => undefined });
    connection.start();
    const former = FakeSocket.last;
    former.onopen?.();
    connection.subscribe("storm", 10).listen((frame) => seen.push(frame.type));
    const id = former.sent[0]?.id as string;
    former.receive({ type: "subscribed", id, key: "s", query: "storm", terms: [] });
    former.receive({ type: "history", id, key: "s", posts: [post("p")], done: true, after: 7 });
    former.receive({ type: "posts", key: "s", posts: [post("q")], after: 9 });
    vi.advanceTimersByTime(1_000);
    vi.setSystemTime(Date.now() + 2 * 3_600_000);
    vi.advanceTimersByTime(10_000);
    expect(FakeSocket.last).not.toBe(former);
    FakeSocket.last.onopen?.();
    expect(FakeSocket.last.sent).toMatchObject([{ type: "subscribe", query: "storm", after: 9 }]);
    FakeSocket.last.receive({ type: "subscribed", id, key: "s", query: "storm", terms: [] });
    FakeSocket.last.receive({ type: "reset", id, key: "s" });
    vi.advanceTimersByTime(1_000);
    expect(seen).toEqual(["subscribed", "history", "posts", "subscribed", "reset"]);
  });
});
