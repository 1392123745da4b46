/** Exported names: each name of a module has one meaning across the page. Words of readers are read by room, so their rooms may repeat names. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const SOURCES = join(import.meta.dirname, "../src");
const EXPORT = /^export (?:abstract |async )?(?:const|let|function\*?|class|interface|type|enum) (\w+)/gmu;

it("exported names are unique", () => {
  const paths = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((path) => /\.tsx?$/u.test(path) && !path.startsWith("words"));
  const names = paths.flatMap((path) => [...readFileSync(join(SOURCES, path), "utf8").matchAll(EXPORT)].map(([, name]) => name));
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
