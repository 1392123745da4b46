/**
 * Finds near-duplicates as posts come. Alike are texts equal after dropping links, mentions, case
 * and punctuation, or with a Jaccard similarity of at least 0.8 over word 3-shingles; and, with the same numbers in them,
 * texts whose cores (`normalizeText.ts`) are so, or of which one holds the other whole.
 *
 * Prefix filter (Chaudhuri et al., "A Primitive Operator for Similarity Joins", 2006): with shingles in one global order,
 * two sets that have at least half of the larger in common share one among the first n − ⌈n/2⌉ + 1 of each. Only those are
 * indexed, so a post is compared with few others. The similarity itself is then computed exactly.
 */
import type { Post } from "../wire/post";
import { normalizeText, type NormalizedText } from "./normalizeText";

export const MIN_SIMILARITY = 0.8;
export const DUPLICATES_WITHIN_MS = 24 * 3_600_000;
const CANDIDATES_MAX = 64;
/** One text holds another: so many shingles at least, so much of its own length, or less where the one was cut off. */
const CONTAINED_SHINGLES_MIN = 5;
const CONTAINED_SHARE_MIN = 0.65;
const CONTAINED_SHARE_MIN_OF_CUT = 0.5;

interface ComparedText {
  id: string;
  plain: string;
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

/** Return the sorted, distinct hashes of a text's word 3-shingles; none for fewer than three words. */
export function shinglesOf(words: readonly string[]): Uint32Array {
  const found = new Set<number>();
  for (let from = 0; from + 3 <= words.length; from++) found.add(hash(words, from));
  return Uint32Array.from(found).sort();
}

/** Return |a ∩ b| of two sorted sets. */
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

/** Return |a ∩ b| / |a ∪ b| of two sorted sets. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  const both = intersectionSize(a, b);
  const union = a.length + b.length - both;
  return union ? both / union : 0;
}

function within(some: readonly string[], all: readonly string[]): boolean {
  return some.every((one) => all.includes(one));
}

/** Return whether a reader would take one post for the other, apart from when they were written. */
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

/** Call for each shingle that a post is found by. */
function eachKey(entry: ComparedText, call: (shingle: number) => void): void {
  for (const shingle of prefixOf(entry.shingles)) call(shingle);
  if (entry.core !== entry.shingles) for (const shingle of prefixOf(entry.core)) call(shingle);
}

/** Return what is kept of a post to compare it by. */
export function comparedTextOf(post: Post, { words, core, cut, numbers }: NormalizedText): ComparedText {
  const shingles = shinglesOf(words);
  const ofCore = core === words ? shingles : shinglesOf(core);
  return { id: post.id, plain: words.join(" "), shingles, core: ofCore, cut, numbers };
}

export class NearDuplicateIndex {
  private readonly texts = new Map<string, ComparedText>();
  private readonly byPlain = new Map<string, Set<string>>();
  private readonly byShingle = new Map<number, Set<string>>();

  /** Return the ids of known posts like this one, of those that may be, and know it from now on. */
  add(post: Post, may: (id: string) => boolean): string[] {
    const plain = normalizeText(post.text);
    if (!plain.words.length) return [];
    const entry = comparedTextOf(post, plain);
    const like = this.like(entry, may);
    this.texts.set(post.id, entry);
    put(this.byPlain, entry.plain, post.id);
    eachKey(entry, (shingle) => put(this.byShingle, shingle, post.id));
    return like;
  }

  remove(id: string): void {
    const entry = this.texts.get(id);
    if (!entry) return;
    this.texts.delete(id);
    take(this.byPlain, entry.plain, id);
    eachKey(entry, (shingle) => take(this.byShingle, shingle, id));
  }

  clear(): void {
    this.texts.clear();
    this.byPlain.clear();
    this.byShingle.clear();
  }

  private like(entry: ComparedText, may: (id: string) => boolean): string[] {
    const found: string[] = [];
    const tried = new Set<string>();
    for (const id of this.byPlain.get(entry.plain) ?? []) {
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

function put<K>(map: Map<K, Set<string>>, key: K, id: string): void {
  const set = map.get(key);
  if (set) set.add(id);
  else map.set(key, new Set([id]));
}

function take<K>(map: Map<K, Set<string>>, key: K, id: string): void {
  const set = map.get(key);
  if (set?.delete(id) && !set.size) map.delete(key);
}
