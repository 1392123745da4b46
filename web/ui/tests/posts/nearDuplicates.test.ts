/**
 * Near-duplicates, labelled by reading: would a reader take one for the other? On pairs written for this test, and, where
 * the published sample records lie beside the project, on 200 pairs of real posts. Of those only ids and labels are kept
 * here; they are chosen to be hard: 124 share shingles, 74 of them less than a Jaccard similarity of 0.8.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { NearDuplicateIndex } from "../../src/posts/nearDuplicates";
import pairs from "./near-pairs.json";
import written from "./near-texts.json";
import { post } from "../madePosts";

const SHARED = process.env.MURMUR_SHARED ?? join(import.meta.dirname, "../../../../../shared");
const DATA = join(SHARED, "data/x-v1.1");

interface Tweet {
  id_str?: string;
  text?: string;
  full_text?: string;
  extended_tweet?: { full_text?: string };
}

function texts(): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of ["stream.jsonl.gz", "rest.jsonl.gz"]) {
    for (const line of gunzipSync(readFileSync(join(DATA, name))).toString("utf8").split("\n")) {
      let tweet: Tweet;
      try {
        tweet = JSON.parse(line) as Tweet;
      } catch {
        continue;
      }
      if (tweet.id_str) found.set(tweet.id_str, tweet.extended_tweet?.full_text ?? tweet.full_text ?? tweet.text ?? "");
    }
  }
  return found;
}

type Pair = [string, string, boolean];

/** Return the shares of what is folded rightly: of all that is folded, and of all that should be. */
function shares(of: Pair[]): { precision: number; recall: number } {
  const counts = { right: 0, wrong: 0, missed: 0, left: 0 };
  for (const [a, b, same] of of) {
    const index = new NearDuplicateIndex();
    index.add(post("a", { text: a }), () => true);
    const folded = index.add(post("b", { text: b }), () => true).length > 0;
    if (folded) counts[same ? "right" : "wrong"]++;
    else counts[same ? "missed" : "left"]++;
  }
  console.info(`near-duplicates of ${of.length} pairs: ${JSON.stringify(counts)}`);
  return { precision: counts.right / (counts.right + counts.wrong), recall: counts.right / (counts.right + counts.missed) };
}

describe("near-duplicates", () => {
  it("fold what a reader takes for the same, and nothing else", () => {
    const { precision, recall } = shares(written as Pair[]);
    expect(precision).toBe(1);
    expect(recall).toBeGreaterThanOrEqual(0.95);
  });

  if (SHARED && existsSync(DATA))
    it("fold real posts a reader takes for the same, and hardly any other", () => {
      const known = texts();
      const text = (id: string): string => known.get(id) ?? expect.fail(`${id} is not in the sample records`);
      const { precision, recall } = shares((pairs as Pair[]).map(([a, b, same]) => [text(a), text(b), same]));
      expect(pairs.length).toBe(200);
      expect(precision).toBeGreaterThanOrEqual(0.98);
      expect(recall).toBeGreaterThanOrEqual(0.84);
    });
});
