import { describe, expect, it } from "vitest";
import { offersFor } from "../../src/query/completion";

describe("completion", () => {
  const operators = [
    { name: "from", aliases: [], example: "from:nasa", finds: "the author" },
    { name: "followers", aliases: ["followers_count"], example: "followers:1000..", finds: "followers" },
    { name: "is", aliases: [], example: "is:reply", finds: "kind", values: ["repost", "reply"] },
  ];
  const offers = (query: string, recent: string[] = [], saved: string[] = []): string[] => offersFor(query, query.length, operators, recent, saved).map((one) => one.query);

  it("offers operators with the typed prefix, and the values of operators that list them", () => {
    expect(offers("storm fo")).toEqual(["storm followers:"]);
    expect(offers("storm -is:rep")).toEqual(["storm -is:repost ", "storm -is:reply "]);
  });

  it("offers saved and recent searches first, each once", () => {
    expect(offers("", ["storm", "cats"], ["cats"])).toEqual(["cats", "storm"]);
    expect(offers("st", ["storm coast", "cats"])[0]).toBe("storm coast");
  });

  it("keeps the text behind the caret", () => {
    const [offer] = offersFor("fol storm", 3, operators, [], []);
    expect(offer).toMatchObject({ query: "followers: storm", caret: 10 });
  });
});
