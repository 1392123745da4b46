import { describe, expect, it } from "vitest";
import * as english from "../../src/words/en/english";
import * as german from "../../src/words/de/german";

/** Texts of a table, each with its path; functions and lists as they are. */
function entries(table: object, path: string): [path: string, value: unknown][] {
  return Object.entries(table).flatMap(([name, value]: [string, unknown]) =>
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0 && path.split(".").length < 2
      ? entries(value, `${path}.${name}`) : [[`${path}.${name}`, value] as [string, unknown]]);
}

const words = entries(english, "words");

describe.each([["German", german]])("the %s words", (_name, table) => {
  const others = new Map(entries(table, "words"));
  const named = words.map(([path]) => path).filter((path) => !/byCode/u.test(path));

  it("are all there, and no others", () => {
    expect(named.length).toBeGreaterThan(250);
    expect([...others.keys()].filter((path) => !/byCode/u.test(path)).sort()).toEqual(named.sort());
  });

  it("are not empty where the English are not, and keep blanks at their ends", () => {
    const blanks = (text: string): string[] => [/^\s*/u.exec(text)?.[0] ?? "", /\s*$/u.exec(text)?.[0] ?? ""];
    for (const [path, value] of words) {
      if (typeof value !== "string") continue;
      const other = others.get(path) as string;
      expect(other.trim().length > 0, path).toBe(value.trim().length > 0);
      expect(blanks(other), path).toEqual(blanks(value));
    }
  });
});
