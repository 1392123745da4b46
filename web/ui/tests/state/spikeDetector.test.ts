import { describe, expect, it } from "vitest";
import { SpikeDetector } from "../../src/state/columns/spikeDetector";

const MINUTE = 60_000;
/** A detector that saw `perMinute` arrivals in each of some minutes, and `last` in the minute after them. */
function seen(perMinute: number, minutes: number, last: number): number | null {
  const spikes = new SpikeDetector();
  for (let at = 0; at < minutes; at++) for (let step = 0; step < 6; step++) spikes.count(perMinute / 6, at * MINUTE + step * 10_000);
  for (let step = 0; step < 6; step++) spikes.count(last / 6, minutes * MINUTE + step * 10_000);
  return spikes.times((minutes + 1) * MINUTE);
}

describe("a spike", () => {
  it.each([
    [12, 60, 60, 5], [0, 10, 12, 120], [600, 30, 2_400, 4],
  ])("of a column with %d posts a minute for %d min is %d in a minute: %d times", (perMinute, minutes, last, times) => {
    expect(seen(perMinute, minutes, last)).toBeCloseTo(times, 0);
  });
  it.each([
    ["too few posts", 0, 60, 9], ["less than three times as many", 12, 60, 36], ["what chance brings", 3, 60, 9], ["an hour that is not known", 1, 9, 600],
  ])("is not %s", (_what, perMinute, minutes, last) => {
    expect(seen(perMinute, minutes, last)).toBeNull();
  });
  it("ends, and is not found again in what it left in the hour", () => {
    const spikes = new SpikeDetector();
    for (let at = 0; at < 20; at++) spikes.count(2, at * MINUTE);
    spikes.count(100, 20 * MINUTE);
    expect(spikes.times(20 * MINUTE + 20_000)).not.toBeNull();
    expect(spikes.times(22 * MINUTE)).toBeNull();
    expect(spikes.times(10_000 * MINUTE)).toBeNull();
  });
});
