import { describe, expect, it } from "vitest";
import { Announcer } from "../../../src/state/page/announcer";

describe("the announcer", () => {
  it("publishes at most one message in thirty seconds: the latest", () => {
    const announcer = new Announcer();
    let spoken = 0;
    for (let second = 0; second < 60; second++) {
      announcer.announce(`${second} new`);
      if (announcer.tick(second * 1_000, true)) spoken++;
    }
    expect(spoken).toBe(2);
    expect(announcer.text).toBe("30 new");
    announcer.announce("x");
    expect(announcer.tick(1e9, false)).toBe(false);
  });
});
