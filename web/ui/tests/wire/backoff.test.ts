import { describe, expect, it } from "vitest";
import { requestedWaitMs, closeVerdict, backoffMs } from "../../src/wire/backoff";

describe("the back-off", () => {
  it("follows the close code, and waits longer each time", () => {
    expect([1006, 1012, 4008, 4401, 4400, 4429, 1002].map(closeVerdict)).toEqual(["later", "later", "later", "signed-out", "never", "never", "never"]);
    expect(requestedWaitMs("going_away; come back in 1200 ms")).toBe(1200);
    expect(requestedWaitMs("bye")).toBe(0);
    expect(backoffMs(0, () => 0)).toBe(250);
    expect(backoffMs(99, () => 1)).toBe(20_000);
  });
});
