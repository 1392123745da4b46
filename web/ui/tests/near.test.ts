/**
 * Near-duplicates measured on 200 pairs of real posts, labelled by reading them: would a reader take one for the other?
 * Only ids and labels are kept here; the texts are read from the published sample records beside the project. The pairs
 * are chosen to be hard: 124 share shingles, 74 of them less than a Jaccard similarity of 0.8.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { NearIndex } from "../src/hold/near";
import pairs from "./near-pairs.json";
import { post } from "./posts";

const DATA = join(import.meta.dirname, "../../../../shared/data/x-v1.1");

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

describe.skipIf(!existsSync(DATA) && process.env.CI !== "true")("near-duplicates of real posts", () => {
  it("fold what a reader takes for the same, and hardly anything else", () => {
    const known = texts();
    const counts = { right: 0, wrong: 0, missed: 0, left: 0 };
    for (const [a, b, same] of pairs as [string, string, boolean][]) {
      const index = new NearIndex();
      index.add(post("a", { text: known.get(a) ?? expect.fail(`${a} is not in the sample records`) }), () => true);
      const folded = index.add(post("b", { text: known.get(b) ?? expect.fail(`${b} is not in the sample records`) }), () => true).length > 0;
      if (folded) counts[same ? "right" : "wrong"]++;
      else counts[same ? "missed" : "left"]++;
    }
    console.info(`near-duplicates of ${pairs.length} pairs: ${JSON.stringify(counts)}`);
    expect(pairs.length).toBe(200);
    expect(counts.right / (counts.right + counts.wrong)).toBeGreaterThanOrEqual(0.98);
    expect(counts.right / (counts.right + counts.missed)).toBeGreaterThanOrEqual(0.84);
  });
});
