/**
 * Finds near-duplicates as posts come: texts equal after dropping links, mentions, case and punctuation, or with a Jaccard
 * similarity of at least 0.8 over word 3-shingles, at most 24 hours apart.
 *
 * Prefix filter (Chaudhuri et al., "A Primitive Operator for Similarity Joins", 2006): with shingles in one global order,
 * two sets of similarity ≥ t share one among the first n − ⌈t·n⌉ + 1 of each. Only those are indexed, so a post is
 * compared with few others. The similarity itself is then computed exactly.
 */
import type { Post } from "../wire/post";

export const SIMILAR = 0.8;
export const WITHIN_MS = 24 * 3_600_000;
const CANDIDATES_MAX = 64;

const LINK = /https?:\/\/\S+|\b[\w-]+(?:\.[\w-]+)+\/\S*/giu;
const MENTION = /[@＠][\p{L}\p{N}_.@-]+/gu;
const UNSPACED = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}";
const WORD = new RegExp(`[${UNSPACED}]|(?:(?![${UNSPACED}])[\\p{L}\\p{M}\\p{N}])+|\\p{Extended_Pictographic}`, "gu");

interface Seen {
  id: string;
  at: number;
  plain: string;
  shingles: Uint32Array;
}

/** Return the words that count when two texts are compared. */
export function plainWords(text: string): string[] {
  return text.replace(LINK, " ").replace(MENTION, " ").normalize("NFKC").toLowerCase().match(WORD) ?? [];
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

/** Return |a ∩ b| / |a ∪ b| of two sorted sets. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let common = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const left = a[i] as number;
    const right = b[j] as number;
    if (left === right) {
      common++;
      i++;
      j++;
    } else if (left < right) i++;
    else j++;
  }
  const union = a.length + b.length - common;
  return union ? common / union : 0;
}

function prefixOf(shingles: Uint32Array): Uint32Array {
  return shingles.subarray(0, shingles.length - Math.ceil(SIMILAR * shingles.length) + 1);
}

export class NearIndex {
  private readonly seen = new Map<string, Seen>();
  private readonly byPlain = new Map<string, Set<string>>();
  private readonly byShingle = new Map<number, Set<string>>();

  /** Return the ids of known posts like this one, and know it from now on. */
  add(post: Post): string[] {
    const words = plainWords(post.text);
    if (!words.length) return [];
    const entry: Seen = { id: post.id, at: post.created_at, plain: words.join(" "), shingles: shinglesOf(words) };
    const like = this.like(entry);
    this.seen.set(post.id, entry);
    put(this.byPlain, entry.plain, post.id);
    for (const shingle of prefixOf(entry.shingles)) put(this.byShingle, shingle, post.id);
    return like;
  }

  remove(id: string): void {
    const entry = this.seen.get(id);
    if (!entry) return;
    this.seen.delete(id);
    take(this.byPlain, entry.plain, id);
    for (const shingle of prefixOf(entry.shingles)) take(this.byShingle, shingle, id);
  }

  clear(): void {
    this.seen.clear();
    this.byPlain.clear();
    this.byShingle.clear();
  }

  private like(entry: Seen): string[] {
    const found: string[] = [];
    const tried = new Set<string>();
    const near = (other: Seen): boolean => Math.abs(other.at - entry.at) <= WITHIN_MS;
    for (const id of this.byPlain.get(entry.plain) ?? []) {
      tried.add(id);
      if (near(this.seen.get(id) as Seen)) return [id];
    }
    for (const shingle of prefixOf(entry.shingles)) {
      for (const id of this.byShingle.get(shingle) ?? []) {
        if (tried.has(id) || tried.size > CANDIDATES_MAX) continue;
        tried.add(id);
        const other = this.seen.get(id) as Seen;
        if (near(other) && jaccard(entry.shingles, other.shingles) >= SIMILAR) found.push(id);
      }
    }
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
