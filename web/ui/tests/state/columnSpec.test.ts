import { describe, expect, it } from "vitest";
import { readRoute, writeRoute } from "../../src/state/page/route";
import { sameSearch, sameSpec, specFromJson, specToJson } from "../../src/state/columnSpec";
import { SPEC } from "../runFixtures";

describe("a column spec", () => {
  const spec = { ...SPEC, query: 'storm "a b"', order: "likes" as const, from: 1_000, to: 2_000, depth: 500, pageSize: 5, media: "ask" as const, hide: { ...SPEC.hide, replies: true, onlyLanguages: ["ja"] } };

  it("is equal after storage, and its route after an address", () => {
    expect(specFromJson(specToJson(spec), SPEC)).toEqual(spec);
    expect(sameSpec(specFromJson(specToJson(spec), SPEC), spec)).toBe(true);
    const { search } = new URL(writeRoute(spec, "/"), "http://h");
    expect({ ...SPEC, ...readRoute(search) }).toEqual({ ...SPEC, query: spec.query, order: "likes", from: 1_000, to: 2_000 });
    expect(sameSearch({ ...SPEC, ...readRoute(search) }, spec)).toBe(true);
  });

  it("takes each invalid value from the fallback", () => {
    for (const text of ["{{", "null", "7", "{}"]) expect(specFromJson(text, SPEC)).toEqual(SPEC);
    const broken = JSON.stringify({ id: "", query: 5, order: "best", from: "x", depth: -1, pageSize: 7, media: "all", hide: { replies: 1, reposts: true, onlyLanguages: [1, "de"] } });
    expect(specFromJson(broken, SPEC)).toEqual({ ...SPEC, hide: { ...SPEC.hide, reposts: true, onlyLanguages: ["de"] } });
  });
});
