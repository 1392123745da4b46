/** Version changes: which parts of a post besides its text differ between two versions of it. */
import type { Post } from "../wire/post";

const COMPARED = ["author", "lang", "counts", "links", "media", "poll", "sensitive", "quote_of"] as const;

/** Return the names of the parts that differ. A part that a version does not have is as good as an empty one. */
export function changedFields(before: Post, after: Post): string[] {
  const said = (value: unknown): string => JSON.stringify(value ?? null, (_, one: unknown) => (Array.isArray(one) && !one.length ? null : one));
  return COMPARED.filter((name) => said(before[name]) !== said(after[name]));
}
