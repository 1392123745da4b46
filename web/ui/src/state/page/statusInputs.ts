/**
 * Status inputs: collects from the desk the values on which the status of the page depends (connection, server, sources, search, counts,
 * gaps), with a default for the command that a reader may run next. `status.ts` computes the status from them.
 */
import type { Column } from "../column";
import type { Desk } from "../desk";
import type { StatusInputs } from "./status";

/** Command that the status offers while the server names none. */
const DEFAULT_NEXT_STEP = "SOURCE=bluesky make run";

/** Return the command that a reader may run next: the one that the server names, or the default. */
export function nextStepOf({ facts }: Desk["server"]): string {
  return facts?.next_step ?? DEFAULT_NEXT_STEP;
}

/** Return the inputs of a column's status, by default of the selected column's. */
export function statusInputsOf(desk: Desk, column: Column = desk.column): StatusInputs {
  const { server, link } = desk;
  const { run, spec } = column;
  return {
    link: link.state, linkSince: link.since, everOpen: link.everOpen, closeCode: link.closeCode,
    serverReconnecting: server.reconnectingSince, outage: server.outage, sources: server.sources,
    indexed: server.stats.indexed ?? null, laggedAt: run.laggedAt, problem: run.problem, problemAt: run.problemAt, ready: run.isLoaded,
    total: run.counts.timeline?.total ?? null, loadedCount: run.posts.size, begunAt: run.begunAt, from: spec.from, to: spec.to,
    gaps: run.counts.timeline?.gaps ?? [], nextStep: nextStepOf(server),
  };
}
