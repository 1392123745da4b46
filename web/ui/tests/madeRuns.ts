/** Runs of made-up searches for tests. */
import { Withdrawn } from "../src/posts/postStore";
import { NO_FILTERS } from "../src/state/list/postFilter";
import { type Ear, Run } from "../src/state/run";
import { DEFAULTS } from "../src/state/page/settings";
import { type ColumnSpec, specOf } from "../src/state/spec";

export const LIVE = { query: "*", order: "latest", from: null, to: null } as const;
export const SPEC: ColumnSpec = specOf("a", LIVE, DEFAULTS);
export const NOBODY: Ear = { changed: () => undefined, counted: () => undefined, locked: () => undefined };

/** A run that asks nothing by itself. */
export function runOf(change: Partial<ColumnSpec> = {}, withdrawn = new Withdrawn()): Run {
  return new Run({ ...SPEC, ...change }, withdrawn, NO_FILTERS, NOBODY);
}
