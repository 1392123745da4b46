/**
 * Event stream: opens one server-sent event stream, with a search (its query, history and resume position) or without one, parses its
 * frames, and reports when the stream opens and when it breaks. The browser reconnects a broken stream by itself, unless the server refused
 * it.
 */
import { type Frame, FRAME_TYPES, readFrame } from "./frame";

export interface EventStreamListener {
  open(): void;
  frame(frame: Frame): void;
  /** The stream broke; `final`: the server refused it, and the browser does not reconnect. */
  lost(final: boolean): void;
}

/** Open /api/stream. `search`: null opens a stream without a search, which brings `stats`, `gap` and `deleted` only. */
export function openEventStream(search: { query: string; history: number; after: number | null } | null, to: EventStreamListener): { close(): void } {
  const params = new URLSearchParams(search ? { q: search.query, history: String(search.history) } : {});
  if (search && search.after !== null) params.set("after", String(search.after));
  const source = new EventSource(`/api/stream?${params.toString()}`);
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
