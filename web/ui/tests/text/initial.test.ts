import { describe, expect, it } from "vitest";
import { initialOf } from "../../src/text/initial";

describe("the initial of an author", () => {
  it("is a letter of any script, and a dot where there is none", () => {
    expect([initialOf("河合", "x"), initialOf("🌊🌊", "mara"), initialOf("", "")]).toEqual(["河", "M", "·"]);
  });
});
