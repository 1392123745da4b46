import { describe, expect, it } from "vitest";
import { SpikeMeter } from "../../../src/state/columns/spikeMeter";

/** Count `perStep` posts in each of `steps` steps of ten seconds, from `at` on; return the time after them. */
function feed(meter: SpikeMeter, perStep: number, steps: number, at: number): number {
  for (let step = 0; step < steps; step++) meter.count(perStep, at + step * 10_000);
  return at + steps * 10_000;
}

describe("a spike meter", () => {
  it.each([
    ["a burst after quiet", 0, 6, true],
    ["four posts after quiet", 0, 4, false],
    ["a doubled fast stream", 100, 220, true],
    ["a fast stream that wavers", 100, 130, false],
    ["a slow stream that doubles", 2, 4, false],
  ])("marks %s rightly", (_name, usual, burst, marked) => {
    const meter = new SpikeMeter();
    const now = feed(meter, usual, 12, 0);
    expect(meter.isSpiking(now)).toBe(false);
    meter.count(burst, now + 1);
    expect(meter.isSpiking(now + 2)).toBe(marked);
  });

  it("knows nothing at first, keeps its mark for a minute, and gets used to a new rate", () => {
    const meter = new SpikeMeter();
    meter.count(500, 0);
    expect(meter.isSpiking(1)).toBe(false);
    const other = new SpikeMeter();
    let now = feed(other, 1, 12, 0);
    other.count(50, now);
    expect([other.isSpiking(now + 59_000), other.isSpiking(now + 61_000)]).toEqual([true, false]);
    now = feed(other, 50, 70, now + 10_000);
    expect(other.isSpiking(now)).toBe(false);
    other.count(0, now + 86_400_000);
    expect(other.isSpiking(now + 86_400_000)).toBe(false);
  });
});
