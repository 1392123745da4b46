import { describe, expect, it } from "vitest";
import { readRoute, writeRoute } from "../../../src/state/page/route";

describe("a route", () => {
  it("is equal after it is written into an address and read again", () => {
    const route = { query: 'storm "a b" #tag', order: "inview" as const, from: 1_000, to: 5_000 };
    expect(readRoute(new URL(writeRoute(route, "/"), "http://h").search)).toEqual(route);
    expect(writeRoute({ query: "*", order: "latest", from: null, to: null }, "/")).toBe("/");
    expect(readRoute("?sort=nonsense&from=9&to=1")).toEqual({ query: "*", order: "latest", from: null, to: null });
  });

  it("ignores times that no date can hold", () => {
    const now = { query: "*", order: "latest", from: null, to: null };
    for (const search of ["?from=0&to=9000000000000000", "?from=1960-01-01T00:00:00Z&to=5", "?from=1&to=x"]) expect(readRoute(search)).toEqual(now);
    const route = readRoute("?from=0&to=8640000000000000");
    expect(readRoute(new URL(writeRoute(route, "/"), "http://h").search)).toEqual(route);
  });
});
