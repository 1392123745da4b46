/** The tokenizer gives the same words as the server's analyser: `words.json` holds the analyser's words for each text, `characters.json` a digest for every character. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { highlightSpans, parsePhrase, containsPhrase, tokenize } from "../../src/text/tokenizer";

const GOLDEN = JSON.parse(readFileSync(join(import.meta.dirname, "../../../../tests/query/words.json"), "utf8")) as [string, [string, number, number][]][];

const CHARACTERS = JSON.parse(readFileSync(join(import.meta.dirname, "../../../../tests/query/characters.json"), "utf8")) as [[number, number][], string][];

/** Return words with offsets in code points, as the server counts. */
function byCodePoint(text: string): [string, number, number][] {
  const length = (end: number): number => [...text.slice(0, end)].length;
  return tokenize(text).map((word) => [word.folded, length(word.start), length(word.end)]);
}

describe("the tokenizer", () => {
  it.each(GOLDEN)("gives the words of the server: %s", (text, words) => {
    expect(byCodePoint(text)).toEqual(words);
  });

  it("gives every character the words of the server", () => {
    const words = (text: string): string[] => tokenize(text).map((word) => word.folded);
    const wrong = CHARACTERS.filter(([spans, digest]) => {
      const found = spans.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index)))
        .map((character) => [...words(character), ...words(`a${character}b`), ...words(`i${character}\u0307`)]);
      return createHash("sha256").update(JSON.stringify(found)).digest("hex").slice(0, 8) !== digest;
    });
    expect(wrong.map(([spans]) => spans)).toEqual([]);
  });

  const marked = (text: string, ...terms: string[]): string[] => highlightSpans(text, terms).map(([start, end]) => text.slice(start, end));

  it("marks each emoji by itself, and whole", () => {
    expect(marked("😂😂😂", "😂")).toEqual(["😂", "😂", "😂"]);
    expect(marked("👍🏽 👍", "👍")).toEqual(["👍"]);
    expect(marked("go 🇩🇪🇫🇷", "🇫🇷")).toEqual(["🇫🇷"]);
    expect(marked("I❤️NY", "❤")).toEqual(["❤️"]);
  });

  it("finds a phrase of whole words in their order", () => {
    const contains = (text: string, ...terms: string[]): boolean => containsPhrase(text, terms.map(parsePhrase));
    expect(contains("今日の東京タワー", "東京")).toBe(true);
    expect(contains("京都は東", "東京")).toBe(false);
    expect(contains("Good   Morning!", "good morning")).toBe(true);
    expect(contains("good old morning", "good morning")).toBe(false);
    expect(contains("สวัสดีครับ", "สวัสดี")).toBe(true);
    expect(contains("stormy", "storm")).toBe(false);
    expect(contains("anything", "", "!")).toBe(false);
  });

  it("marks whole words in any case, phrases in order, prefixes, and letters of unspaced scripts", () => {
    expect(marked("Storm, storms and STORM!", "storm")).toEqual(["Storm", "STORM"]);
    expect(marked("a coca-cola please", "coca cola")).toEqual(["coca-cola"]);
    expect(marked("harbour harbor port", "harb*")).toEqual(["harbour", "harbor"]);
    expect(marked("港の波がすごい", "波")).toEqual(["波"]);
    expect(marked("see #storm now", "#storm")).toEqual(["storm"]);
    expect(marked("nothing", "")).toEqual([]);
    expect(marked("İSTANBUL, istanbul, ISTANBUL", "istanbul")).toEqual(["İSTANBUL", "istanbul", "ISTANBUL"]);
    expect(marked("مرحـــبا بكم", "مرحبا")).toEqual(["مرحـــبا"]);
  });
});
