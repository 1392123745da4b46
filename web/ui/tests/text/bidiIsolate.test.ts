import { describe, expect, it } from "vitest";
import { isolate } from "../../src/text/bidiIsolate";

describe("bidi isolation", () => {
  it("isolates foreign text, removes its bidi controls, and leaves ASCII as it is", () => {
    expect(isolate("@user1")).toBe("@user1");
    expect(isolate("@\u202eresu\u2069")).toBe("\u2068@resu\u2069");
    expect(isolate("@مارا")).toBe("\u2068@مارا\u2069");
  });
});
