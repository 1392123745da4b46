/**
 * Event stream: opens one server-sent event stream for any number of searches (each with its id, query, history and resume position),
 * parses its frames, and reports when the stream opens and when it breaks. The browser reconnects a broken stream by itself, unless the
 * server refused it.
 */
import { type Frame, FRAME_TYPES, readFrame } from "./frame";

export interface EventStreamListener {
  open(): void;
  frame(frame: Frame): void;
  /** The stream broke; `final`: the server refused it, and the browser does not reconnect. */
  lost(final: boolean): void;
}

/** A search as a stream's address names it. */
export interface StreamedSearch {
  id: string;
  query: string;
  history: number;
  after: number | null;
}

/** Return the part of a stream's address that names a search. */
export function searchParams({ id, query, history, after }: StreamedSearch): string {
  return new URLSearchParams([["q", query], ["id", id], ["history", String(history)], ...(after === null ? [] : [["after", String(after)]])] as [string, string][]).toString();
}

/** Open /api/stream; `deck`: the deck that it follows. A stream without a search brings `stats`, `gap` and `deleted` only. */
export function openEventStream(searches: readonly StreamedSearch[], deck: string | null, to: EventStreamListener): { close(): void } {
  const source = new EventSource(`/api/stream?${[...searches.map(searchParams), ...(deck === null ? [] : [new URLSearchParams({ deck }).toString()])].join("&")}`);
  source.onopen = () => to.open();
  const take = (event: Event): void => {
    if (!(event instanceof MessageEvent) || typeof event.data !== "string") return to.lost(source.readyState === EventSource.CLOSED);
    const frame = readFrame(event.data);
    if (frame) to.frame(frame);
  };
  source.onmessage = take;
  for (const name of FRAME_TYPES) source.addEventListener(name, take);
  return source;
}
