/**
 * Fields for the time that a column shows: from and to, typed or picked, in the shown zone, which stands beside them. Nothing happens while
 * a reader types; Enter or the button shows the time. A field that is left empty is the beginning of what is stored, or now.
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Route } from "../../state/page/route";
import { SPAN_MIN_MS, toTimeSpan } from "../../stats/moveTimeSpan";
import { formatZone } from "../../text/formatTime";
import { isUtcShown } from "../../text/shownZone";
import { parseTimeInput, timeInputValue } from "../../text/timeInput";
import { columnWords } from "../../words";

interface Props {
  /** Name of the fields in the document. */
  id: string;
  place: Pick<Route, "from" | "to">;
  /** Time of the first stored match, ms; 0 without a match. */
  first: number;
  go: (place: Partial<Route>) => void;
  close: () => void;
}

/** Fault of what was typed; null where it is a span. */
type Fault = "from" | "to" | "order" | null;

export function TimeFields({ id, place, first, go, close }: Props): JSX.Element {
  const [fault, setFault] = useState<Fault>(null);
  const from = useRef<HTMLInputElement>(null);
  const to = useRef<HTMLInputElement>(null);
  const utc = isUtcShown();

  // The fields follow a time that is chosen elsewhere, by dragging or the buttons, and the zone.
  useEffect(() => {
    if (from.current) from.current.value = place.from === null ? "" : timeInputValue(place.from);
    if (to.current) to.current.value = place.to === null ? "" : timeInputValue(place.to);
    setFault(null);
  }, [place.from, place.to, utc]);
  useEffect(() => from.current?.focus(), []);

  const show = (): void => {
    const now = Date.now();
    const begin = readField(from.current, first);
    const end = readField(to.current, now);
    const found: Fault = begin === null ? "from" : end === null ? "to" : end - begin < SPAN_MIN_MS ? "order" : null;
    setFault(found);
    if (found) return (found === "from" ? from : to).current?.focus();
    if (begin !== null && end !== null) go(toTimeSpan(begin, end));
  };
  const field = (name: "from" | "to", input: typeof from, label: string): JSX.Element => (
    <label>{label} <input ref={input} type="datetime-local" step="1" aria-invalid={fault === name || (fault === "order" && name === "to")} aria-describedby={fault ? `${id}-fault` : `${id}-zone`} /></label>
  );
  return (
    <form class="span time-fields" aria-label={columnWords.timeFields} noValidate onSubmit={(event) => { event.preventDefault(); show(); }}
      onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } }}>
      {field("from", from, columnWords.timeFrom)}
      {field("to", to, columnWords.timeTo)}
      <span class="zone" id={`${id}-zone`}>{formatZone(place.to ?? Date.now())}</span>
      <button>{columnWords.timeShow}</button>
      {fault ? <p class="warn" role="alert" id={`${id}-fault`}>{columnWords.timeFaults[fault]}</p> : null}
    </form>
  );
}

/** Return the time of a field, `empty` where nothing is in it, null where it holds no time. */
function readField(input: HTMLInputElement | null, empty: number): number | null {
  if (!input || input.validity.badInput) return null;
  return input.value ? parseTimeInput(input.value) : empty;
}
