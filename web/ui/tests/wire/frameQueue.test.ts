import { describe, expect, it } from "vitest";
import { FrameQueue } from "../../src/wire/frameQueue";

/** A world in which each thing taken costs some milliseconds, and a frame is drawn when the test says so. */
function world(costMs: number): { turns: FrameQueue<number>; taken: number[]; frame: () => void; frames: () => number; hidden: { now: boolean } } {
  let now = 0;
  let then: (() => void) | null = null;
  let asked = 0;
  const taken: number[] = [];
  const hidden = { now: false };
  const turns = new FrameQueue<number>(
    (one) => {
      taken.push(one);
      now += costMs;
    },
    (next) => {
      expect(then).toBeNull();
      then = next;
      asked++;
    },
    () => now,
    () => hidden.now,
  );
  const frame = (): void => {
    const next = then;
    then = null;
    next?.();
  };
  return { turns, taken, frame, frames: () => asked, hidden };
}

describe("taking turns with the drawing", () => {
  it("takes what is cheap at once", () => {
    const { turns, taken, frames } = world(1);
    for (let at = 0; at < 7; at++) turns.add(at);
    expect(taken).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(frames()).toBe(0);
  });

  it("lets a frame be drawn after what was long, and goes on in order", () => {
    const { turns, taken, frame } = world(10);
    for (const at of [0, 1, 2]) turns.add(at);
    expect(taken).toEqual([0]);
    frame();
    expect(taken).toEqual([0, 1]);
    turns.add(3);
    frame();
    frame();
    expect(taken).toEqual([0, 1, 2, 3]);
  });

  it("holds no more than 256: then all is taken, in order, and nothing twice", () => {
    const { turns, taken, frame } = world(10);
    const all = Array.from({ length: 300 }, (_, at) => at);
    for (const at of all) turns.add(at);
    expect(taken.length).toBeGreaterThanOrEqual(258);
    for (let at = 0; at < 300; at++) frame();
    expect(taken).toEqual(all);
  });

  it("waits for no frame in a page that is hidden", () => {
    const { turns, taken, frame, frames, hidden } = world(10);
    turns.add(0);
    turns.add(1);
    hidden.now = true;
    for (const at of [2, 3, 4]) turns.add(at);
    expect(taken).toEqual([0, 1, 2, 3, 4]);
    expect(frames()).toBe(1);
    frame();
    expect(taken).toEqual([0, 1, 2, 3, 4]);
  });

  it("takes everything before its source ends", () => {
    const { turns, taken } = world(10);
    for (const at of [0, 1, 2]) turns.add(at);
    turns.flush();
    expect(taken).toEqual([0, 1, 2]);
  });

  it("keeps what comes while something is taken for after it", () => {
    const taken: number[] = [];
    const turns: FrameQueue<number> = new FrameQueue((one) => {
      if (one < 3) turns.add(one + 1);
      taken.push(one);
    }, () => undefined, () => 0, () => false);
    turns.add(0);
    expect(taken).toEqual([0, 1, 2, 3]);
  });

  it("is not stopped by one that fails", () => {
    const taken: number[] = [];
    const turns = new FrameQueue<number>((one) => {
      if (one === 1) throw new Error("no");
      taken.push(one);
    }, () => undefined, () => 0, () => false);
    turns.add(0);
    expect(() => turns.add(1)).toThrow("no");
    turns.add(2);
    expect(taken).toEqual([0, 2]);
  });
});
