import { beforeEach, describe, expect, it, vi } from "vitest";
import { PinActions, type PinKeeper } from "../../../src/state/pins/pinActions";
import type { Pin, PinChange } from "../../../src/wire/deckApi";
import type { Post } from "../../../src/wire/post";
import { post } from "../../postFixtures";

const pin = (changes: Partial<Pin> = {}): Pin => ({ note: "", handled: false, pinned: true, pinned_at: 1, changed_at: 1, gone_at: null, ...changes });

class FakeKeeper implements PinKeeper {
  pins: Record<string, Pin> = {};
  readonly changes: [string, PinChange][] = [];
  changePin(id: string, change: PinChange): Promise<void> {
    this.changes.push([id, change]);
    this.pins = { ...this.pins, [id]: { ...pin({ pinned: false }), ...this.pins[id], ...change } };
    return Promise.resolve();
  }
}

let keeper: FakeKeeper;
let settings: { pinsShown: boolean; hideHandled: boolean };
let undo: (() => void) | null;
let loaded: Record<string, Post>;
let pins: PinActions;

beforeEach(() => {
  keeper = new FakeKeeper();
  [settings, undo, loaded] = [{ pinsShown: false, hideHandled: false }, null, {}];
  pins = new PinActions({
    keeper,
    get settings() { return settings; },
    updateSettings: (change) => { settings = { ...settings, ...change }; },
    showToast: (_, undoes) => { undo = undoes ?? null; },
    loadedPost: (id) => loaded[id] ?? null,
  }, () => undefined);
});

describe("the pinned posts", () => {
  it("stand with the last pinned first, without those that are only handled", () => {
    keeper.pins = { a: pin({ pinned_at: 1 }), b: pin({ pinned_at: 2 }), c: pin({ pinned: false, handled: true }) };
    expect(pins.list().map(({ id }) => id)).toEqual(["b", "a"]);
    expect(pins.count).toBe(2);
  });

  it("leave out the handled ones where the reader hides them, but not the one that is being written", () => {
    keeper.pins = { a: pin({ handled: true }), b: pin() };
    pins.setHideHandled(true);
    expect(pins.list().map(({ id }) => id)).toEqual(["b"]);
    expect(pins.hiddenCount).toBe(1);
    pins.editNote("a");
    expect(pins.list()).toHaveLength(2);
  });

  it("are pinned and unpinned with undo", () => {
    pins.setPinned("a", true);
    expect(keeper.pins.a?.pinned).toBe(true);
    undo?.();
    expect(keeper.pins.a?.pinned).toBe(false);
  });

  it("open with the note that is written, which pins the post and is cut to its bound", () => {
    pins.editNote("a");
    expect([settings.pinsShown, pins.editing, keeper.pins.a?.pinned]).toEqual([true, "a", true]);
    pins.saveNote("a", ` ${"n".repeat(3_000)} `);
    expect(keeper.pins.a?.note).toHaveLength(2_000);
    expect(pins.editing).toBeNull();
  });

  it("show nothing of a post that was deleted but its note", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(Response.json(post("a"))));
    keeper.pins = { a: pin({ note: "call back" }) };
    await pins.fetchMissing();
    expect(pins.list()[0]?.post?.id).toBe("a");
    pins.onDeleted(["a"]);
    keeper.pins = { a: pin({ note: "call back", gone_at: 5 }) };
    loaded = { a: post("a") };
    expect(pins.list()).toMatchObject([{ post: null, pin: { note: "call back", gone_at: 5 } }]);
  });

  it("request a post that no column holds once, and again only after an outage", async () => {
    let status = 503;
    const fetched = vi.fn(() => Promise.resolve(Response.json({ error: { code: "x", message: "Away." } }, { status })));
    vi.stubGlobal("fetch", fetched);
    keeper.pins = { a: pin(), held: pin() };
    loaded = { held: post("held") };
    await pins.fetchMissing();
    expect(pins.list().find(({ id }) => id === "a")?.problem).toContain("Away.");
    status = 404;
    await pins.fetchMissing();
    await pins.fetchMissing();
    expect(fetched).toHaveBeenCalledTimes(2);
  });
});
