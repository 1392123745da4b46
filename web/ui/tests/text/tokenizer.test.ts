/** The page's words are the server's: `words.json` is what its analyser makes of each text. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { highlightSpans, parsePhrase, containsPhrase, tokenize } from "../../src/text/tokenizer";

const GOLDEN = JSON.parse(readFileSync(join(import.meta.dirname, "../../../../tests/query/words.json"), "utf8")) as [string, [string, number, number][]][];

/** Return words with offsets in code points, as the server counts. */
function byCodePoint(text: string): [string, number, number][] {
  const length = (end: number): number => [...text.slice(0, end)].length;
  return tokenize(text).map((word) => [word.folded, length(word.start), length(word.end)]);
}

describe("words", () => {
  it.each(GOLDEN)("are those of the server: %s", (text, words) => {
    expect(byCodePoint(text)).toEqual(words);
  });

  const marked = (text: string, ...terms: string[]): string[] => highlightSpans(text, terms).map(([start, end]) => text.slice(start, end));

  it("are marked emoji by emoji, and each whole", () => {
    expect(marked("😂😂😂", "😂")).toEqual(["😂", "😂", "😂"]);
    expect(marked("👍🏽 👍", "👍")).toEqual(["👍"]);
    expect(marked("go 🇩🇪🇫🇷", "🇫🇷")).toEqual(["🇫🇷"]);
    expect(marked("I❤️NY", "❤")).toEqual(["❤️"]);
  });

  it("are said in a text as a phrase, in order and whole", () => {
    const said = (text: string, ...terms: string[]): boolean => containsPhrase(text, terms.map(parsePhrase));
    expect(said("今日の東京タワー", "東京")).toBe(true);
    expect(said("京都は東", "東京")).toBe(false);
    expect(said("Good   Morning!", "good morning")).toBe(true);
    expect(said("good old morning", "good morning")).toBe(false);
    expect(said("สวัสดีครับ", "สวัสดี")).toBe(true);
    expect(said("stormy", "storm")).toBe(false);
    expect(said("anything", "", "!")).toBe(false);
  });
});
