import { describe, expect, it } from "vitest";
import { RateCounter } from "../../src/state/rateCounter";

describe("the rate counter", () => {
  it("counts arrivals of the last minute, and drops older ones from the rate", () => {
    const counter = new RateCounter();
    for (let second = 0; second < 120; second++) counter.count(second < 60 ? 10 : 1, second * 1_000);
    expect(counter.perMinute(119_500)).toBe(60);
    expect(counter.perMinute(300_000)).toBe(0);
    expect(counter.total).toBe(660);
  });
});
