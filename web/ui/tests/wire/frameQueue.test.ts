import { describe, expect, it } from "vitest";
import { FrameQueue } from "../../src/wire/frameQueue";

/** Return a queue whose items cost `costMs` each, and whose animation frames the test runs. */
function queueOfCost(costMs: number): { queue: FrameQueue<number>; taken: number[]; frame: () => void; frames: () => number; hidden: { now: boolean } } {
  let now = 0;
  let then: (() => void) | null = null;
  let requests = 0;
  const taken: number[] = [];
  const hidden = { now: false };
  const queue = new FrameQueue<number>(
    (one) => {
      taken.push(one);
      now += costMs;
    },
    (next) => {
      expect(then).toBeNull();
      then = next;
      requests++;
    },
    () => now,
    () => hidden.now,
  );
  const frame = (): void => {
    const next = then;
    then = null;
    next?.();
  };
  return { queue, taken, frame, frames: () => requests, hidden };
}

describe("the frame queue", () => {
  it("takes cheap items at once", () => {
    const { queue, taken, frames } = queueOfCost(1);
    for (let at = 0; at < 7; at++) queue.add(at);
    expect(taken).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(frames()).toBe(0);
  });

  it("waits for an animation frame after a costly item, and continues in order", () => {
    const { queue, taken, frame } = queueOfCost(10);
    for (const at of [0, 1, 2]) queue.add(at);
    expect(taken).toEqual([0]);
    frame();
    expect(taken).toEqual([0, 1]);
    queue.add(3);
    frame();
    frame();
    expect(taken).toEqual([0, 1, 2, 3]);
  });

  it("takes all items when more than 256 wait, in order and each once", () => {
    const { queue, taken, frame } = queueOfCost(10);
    const all = Array.from({ length: 300 }, (_, at) => at);
    for (const at of all) queue.add(at);
    expect(taken.length).toBeGreaterThanOrEqual(258);
    for (let at = 0; at < 300; at++) frame();
    expect(taken).toEqual(all);
  });

  it("does not wait for animation frames in a hidden page", () => {
    const { queue, taken, frame, frames, hidden } = queueOfCost(10);
    queue.add(0);
    queue.add(1);
    hidden.now = true;
    for (const at of [2, 3, 4]) queue.add(at);
    expect(taken).toEqual([0, 1, 2, 3, 4]);
    expect(frames()).toBe(1);
    frame();
    expect(taken).toEqual([0, 1, 2, 3, 4]);
  });

  it("takes every item at a flush", () => {
    const { queue, taken } = queueOfCost(10);
    for (const at of [0, 1, 2]) queue.add(at);
    queue.flush();
    expect(taken).toEqual([0, 1, 2]);
  });

  it("takes an item that arrives during another one after it", () => {
    const taken: number[] = [];
    const queue: FrameQueue<number> = new FrameQueue((one) => {
      if (one < 3) queue.add(one + 1);
      taken.push(one);
    }, () => undefined, () => 0, () => false);
    queue.add(0);
    expect(taken).toEqual([0, 1, 2, 3]);
  });

  it("continues after an item that fails", () => {
    const taken: number[] = [];
    const queue = new FrameQueue<number>((one) => {
      if (one === 1) throw new Error("no");
      taken.push(one);
    }, () => undefined, () => 0, () => false);
    queue.add(0);
    expect(() => queue.add(1)).toThrow("no");
    queue.add(2);
    expect(taken).toEqual([0, 2]);
  });
});
