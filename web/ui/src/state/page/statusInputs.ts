/** Collects what the status of the page depends on, from the desk. */
import type { Desk } from "../desk";
import type { StatusInputs } from "./status";

const DEFAULT_NEXT_STEP = "SOURCE=bluesky make run";

export function statusInputsOf({ server, link, column }: Desk): StatusInputs {
  const { run, spec } = column;
  return {
    link: link.state, linkSince: link.since, everOpen: link.everOpen, closeCode: link.closeCode,
    serverReconnecting: server.reconnectingSince, outage: server.outage, sources: server.sources,
    indexed: server.stats.indexed ?? null, laggedAt: run.laggedAt, problem: run.problem, problemAt: run.problemAt, ready: run.loading === "ready",
    total: run.counts.timeline?.total ?? null, loadedCount: run.posts.size, begunAt: run.begunAt, from: spec.from, to: spec.to,
    gaps: run.counts.timeline?.gaps ?? [], nextStep: server.facts?.next_step ?? DEFAULT_NEXT_STEP,
  };
}
