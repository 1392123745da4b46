import { describe, expect, it } from "vitest";
import { readFrame } from "../../src/wire/frame";

describe("a frame", () => {
  it("is read if it is valid, and is null otherwise", () => {
    for (const text of ["", "null", "[]", "{}", '{"type":"evil"}', '{"type":"posts","posts":1}', '{"type":"deleted"}']) expect(readFrame(text)).toBeNull();
    expect(readFrame('{"type":"deleted","ids":["a"]}')).toEqual({ type: "deleted", ids: ["a"] });
  });
});
