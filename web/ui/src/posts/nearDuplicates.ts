/**
 * Near-duplicate index: adds, removes and compares the texts of posts, and finds the earlier posts that a new post nearly repeats. It
 * exports the rule for two texts (`areNearDuplicates`) and the longest time that a group may span.
 *
 * Two texts are near-duplicates if one of three rules holds:
 *
 * - Their words are equal without links, mentions, case and punctuation (`normalizeText.ts`).
 * - Their sets of word 3-shingles have a Jaccard similarity of at least 0.8.
 * - Their numbers agree, and the cores have that similarity or one core contains the other.
 *
 * A prefix filter (Chaudhuri et al., "A Primitive Operator for Similarity Joins", 2006) keeps the comparisons few. With all shingles in one
 * global order, two sets that share at least half of the larger set share a shingle among the first n − ⌈n/2⌉ + 1 of each. Only those
 * shingles are indexed. The similarity of each candidate is then computed exactly, of at most 64 candidates.
 */
import type { Post } from "../wire/post";
import { normalizeText, type NormalizedText } from "./normalizeText";

export const MIN_SIMILARITY = 0.8;
/** Milliseconds that a group of near-duplicates spans at most. */
export const DUPLICATES_WITHIN_MS = 24 * 3_600_000;
/** Earlier posts that one new post is compared with at most. */
const CANDIDATES_MAX = 64;
/** A core contains another if it has all its shingles, at least this many, and they make up at least this share of it. */
const CONTAINED_SHINGLES_MIN = 5;
const CONTAINED_SHARE_MIN = 0.65;
/** The share where an ellipsis cut one of the two texts off. */
const CONTAINED_SHARE_MIN_OF_CUT = 0.5;

interface ComparedText {
  id: string;
  /** All words of the text, joined by spaces. */
  normalized: string;
  shingles: Uint32Array;
  core: Uint32Array;
  cut: boolean;
  numbers: string[];
}

function hash(words: readonly string[], from: number): number {
  let value = 0x811c9dc5;
  for (let at = from; at < from + 3; at++) {
    const word = words[at] as string;
    for (let index = 0; index < word.length; index++) value = Math.imul(value ^ word.charCodeAt(index), 0x01000193);
    value = Math.imul(value ^ 0x1f, 0x01000193);
  }
  return value >>> 0;
}

/** Return the sorted, distinct hashes of the word 3-shingles of a text; an empty array for fewer than three words. */
export function shinglesOf(words: readonly string[]): Uint32Array {
  const found = new Set<number>();
  for (let from = 0; from + 3 <= words.length; from++) found.add(hash(words, from));
  return Uint32Array.from(found).sort();
}

/** Return the size of the intersection of two sorted sets. */
export function intersectionSize(a: Uint32Array, b: Uint32Array): number {
  let found = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const left = a[i] as number;
    const right = b[j] as number;
    if (left === right) {
      found++;
      i++;
      j++;
    } else if (left < right) i++;
    else j++;
  }
  return found;
}

/** Return the Jaccard similarity of two sorted sets: |a ∩ b| / |a ∪ b|, 0 where both are empty. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  const both = intersectionSize(a, b);
  const union = a.length + b.length - both;
  return union ? both / union : 0;
}

function within(some: readonly string[], all: readonly string[]): boolean {
  return some.every((one) => all.includes(one));
}

/** Return whether two texts are near-duplicates by their shingles, their cores and their numbers. Times are not compared. */
export function areNearDuplicates(a: ComparedText, b: ComparedText): boolean {
  if (jaccard(a.shingles, b.shingles) >= MIN_SIMILARITY) return true;
  const [less, more] = a.core.length <= b.core.length ? [a, b] : [b, a];
  if (!within(less.numbers, more.numbers)) return false;
  const both = intersectionSize(less.core, more.core);
  if (both / (less.core.length + more.core.length - both) >= MIN_SIMILARITY) return less.numbers.length === more.numbers.length;
  return both >= CONTAINED_SHINGLES_MIN && both === less.core.length && both >= more.core.length * (a.cut || b.cut ? CONTAINED_SHARE_MIN_OF_CUT : CONTAINED_SHARE_MIN);
}

function prefixOf(shingles: Uint32Array): Uint32Array {
  return shingles.subarray(0, shingles.length - Math.ceil(CONTAINED_SHARE_MIN_OF_CUT * shingles.length) + 1);
}

/** Call `call` with each shingle by which the index finds a post. */
function eachKey(entry: ComparedText, call: (shingle: number) => void): void {
  for (const shingle of prefixOf(entry.shingles)) call(shingle);
  if (entry.core !== entry.shingles) for (const shingle of prefixOf(entry.core)) call(shingle);
}

/** Return the part of a post that the index keeps for comparisons. */
export function comparedTextOf(post: Post, { words, core, cut, numbers }: NormalizedText): ComparedText {
  const shingles = shinglesOf(words);
  const ofCore = core === words ? shingles : shinglesOf(core);
  return { id: post.id, normalized: words.join(" "), shingles, core: ofCore, cut, numbers };
}

export class NearDuplicateIndex {
  private readonly texts = new Map<string, ComparedText>();
  private readonly byNormalized = new Map<string, Set<string>>();
  private readonly byShingle = new Map<number, Set<string>>();

  /** Add a post. Return the ids of its near-duplicates among the posts added before; `may` excludes candidates by id. */
  add(post: Post, may: (id: string) => boolean): string[] {
    const normalized = normalizeText(post.text);
    if (!normalized.words.length) return [];
    const entry = comparedTextOf(post, normalized);
    const found = this.find(entry, may);
    this.texts.set(post.id, entry);
    addTo(this.byNormalized, entry.normalized, post.id);
    eachKey(entry, (shingle) => addTo(this.byShingle, shingle, post.id));
    return found;
  }

  remove(id: string): void {
    const entry = this.texts.get(id);
    if (!entry) return;
    this.texts.delete(id);
    removeFrom(this.byNormalized, entry.normalized, id);
    eachKey(entry, (shingle) => removeFrom(this.byShingle, shingle, id));
  }

  clear(): void {
    this.texts.clear();
    this.byNormalized.clear();
    this.byShingle.clear();
  }

  private find(entry: ComparedText, may: (id: string) => boolean): string[] {
    const found: string[] = [];
    const tried = new Set<string>();
    for (const id of this.byNormalized.get(entry.normalized) ?? []) {
      tried.add(id);
      if (may(id)) return [id];
    }
    eachKey(entry, (shingle) => {
      for (const id of this.byShingle.get(shingle) ?? []) {
        if (tried.size > CANDIDATES_MAX) return;
        if (tried.has(id)) continue;
        tried.add(id);
        if (may(id) && areNearDuplicates(entry, this.texts.get(id) as ComparedText)) found.push(id);
      }
    });
    return found;
  }
}

function addTo<K>(map: Map<K, Set<string>>, key: K, id: string): void {
  const set = map.get(key);
  if (set) set.add(id);
  else map.set(key, new Set([id]));
}

function removeFrom<K>(map: Map<K, Set<string>>, key: K, id: string): void {
  const set = map.get(key);
  if (set?.delete(id) && !set.size) map.delete(key);
}
