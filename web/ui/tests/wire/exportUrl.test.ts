import { describe, expect, it } from "vitest";
import { exportUrl } from "../../src/wire/exportUrl";

describe("the address of an export", () => {
  it("limits the search to the chosen span", () => {
    const exported = (...of: Parameters<typeof exportUrl>): string | null => new URL(exportUrl(...of), "http://h").searchParams.get("q");
    expect(exported("a OR b", "csv")).toBe("a OR b");
    expect(exported("a OR b", "csv", 0, 1_500)).toBe("(a OR b) since:1970-01-01T00:00:00.000Z until:1970-01-01T00:00:01.500Z");
    expect(exported("*", "csv", 0, 8.64e15)).toBe("(*) since:1970-01-01T00:00:00.000Z until:9999-12-31T23:59:59.999Z");
  });
});
