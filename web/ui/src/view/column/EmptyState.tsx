/**
 * Message in place of an empty list: the cause, its start, one action, and example searches where nothing matches. `Examples`, buttons that
 * run an example search, serves the order bar as well.
 */
import type { JSX } from "preact";
import type { Status } from "../../state/page/status";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { listIdOf } from "./columnElements";
import { formatExactTime } from "../../text/formatTime";
import { StatusActionButton } from "../deck/StatusActionButton";
import { columnWords } from "../../words";

export function EmptyState({ desk, column, status }: { desk: Desk; column: Column; status: Status }): JSX.Element {
  const examples = status.kind === "no-match" ? (desk.server.facts?.examples ?? []) : [];
  return (
    <div class="empty" data-kind={status.kind} id={listIdOf(desk, column)} tabIndex={-1}>
      <h3>{status.word}</h3>
      <p>{status.cause}</p>
      {status.since === null ? null : <p class="meta">{columnWords.since(formatExactTime(status.since))}</p>}
      {status.action ? <StatusActionButton desk={desk} column={column} action={status.action} /> : null}
      {examples.length ? <Examples desk={desk} column={column} examples={examples} /> : null}
    </div>
  );
}

export function Examples({ desk, column, examples }: { desk: Desk; column: Column; examples: readonly string[] }): JSX.Element {
  return (
    <p class="examples">
      <span class="meta">{columnWords.tryThese}</span>{" "}
      {examples.map((query) => (
        <button key={query} class="chip" onClick={() => desk.navigate({ query, from: null, to: null }, column)}><bdi>{query}</bdi></button>
      ))}
    </p>
  );
}
