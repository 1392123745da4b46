/** Run fixtures: specs and runs for tests, without a server. */
import { DeletedIds } from "../src/posts/postStore";
import { NO_FILTERS } from "../src/state/list/postFilter";
import { type RunListener, Run } from "../src/state/run";
import { DEFAULT_SETTINGS } from "../src/state/page/settings";
import { type ColumnSpec, specOf } from "../src/state/columnSpec";

export const LIVE_ROUTE = { query: "*", order: "latest", from: null, to: null } as const;
export const SPEC: ColumnSpec = specOf("a", LIVE_ROUTE, DEFAULT_SETTINGS);
export const SILENT_LISTENER: RunListener = { onChange: () => undefined, onTimeline: () => undefined, onSignedOut: () => undefined };

/** Return a run that requests nothing by itself. */
export function runOf(change: Partial<ColumnSpec> = {}, deletedIds = new DeletedIds()): Run {
  return new Run({ ...SPEC, ...change }, deletedIds, NO_FILTERS, SILENT_LISTENER);
}
