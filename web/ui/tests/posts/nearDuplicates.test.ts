/**
 * Near-duplicate index, measured on labelled pairs: would a reader take one text for the other? `near-texts.json` has pairs written
 * for this test. `near-pairs.json` has the ids and labels of 200 pairs of real posts; they run only where the sample records are on
 * the machine. Those pairs are hard on purpose: 124 share shingles, 74 of them with a Jaccard similarity below 0.8.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { NearDuplicateIndex } from "../../src/posts/nearDuplicates";
import pairs from "./near-pairs.json";
import written from "./near-texts.json";
import { post } from "../postFixtures";

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

/** Return the precision and the recall of the index on labelled pairs. */
function shares(of: Pair[]): { precision: number; recall: number } {
  const counts = { right: 0, wrong: 0, missed: 0, left: 0 };
  for (const [a, b, same] of of) {
    const index = new NearDuplicateIndex();
    index.add(post("a", { text: a }), () => true);
    const grouped = index.add(post("b", { text: b }), () => true).length > 0;
    if (grouped) counts[same ? "right" : "wrong"]++;
    else counts[same ? "missed" : "left"]++;
  }
  console.info(`near-duplicates of ${of.length} pairs: ${JSON.stringify(counts)}`);
  return { precision: counts.right / (counts.right + counts.wrong), recall: counts.right / (counts.right + counts.missed) };
}

describe("near-duplicates", () => {
  it("are the pairs that a reader takes for the same, and no others", () => {
    const { precision, recall } = shares(written as Pair[]);
    expect(precision).toBe(1);
    expect(recall).toBeGreaterThanOrEqual(0.95);
  });

  if (SHARED && existsSync(DATA))
    it("are the real pairs that a reader takes for the same, and hardly any others", () => {
      const known = texts();
      const text = (id: string): string => known.get(id) ?? expect.fail(`${id} is not in the sample records`);
      const { precision, recall } = shares((pairs as Pair[]).map(([a, b, same]) => [text(a), text(b), same]));
      expect(pairs.length).toBe(200);
      expect(precision).toBeGreaterThanOrEqual(0.98);
      expect(recall).toBeGreaterThanOrEqual(0.84);
    });
});
