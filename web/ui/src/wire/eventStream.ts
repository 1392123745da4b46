/** Opens one server-sent event stream, with a search or without one. The browser reconnects a stream by itself. */
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
