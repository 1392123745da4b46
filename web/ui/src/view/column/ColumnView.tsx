/** One column: header, histogram, orders, list. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { emptinessOf, type Condition } from "../../state/status";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { between } from "../../text/formatTime";
import { compact, counted, grouped } from "../../text/formatNumber";
import { Boundary } from "../ErrorBoundary";
import { Empty } from "./EmptyState";
import { Histogram } from "../charts/Histogram";
import { MoreSign } from "../icons";
import { Feed } from "./Feed";
import { newest, toggleLive } from "../deck/keyboard";
import { Orders } from "./OrderBar";
import { Still } from "../Memo";
import { TimeTools } from "./TimeTools";

/** How often cards are drawn again for the words that say how long ago they were written. */
const CLOCK_MS = 10_000;

function LiveButton({ desk, column, condition }: { desk: Desk; column: Column; condition: Condition }): JSX.Element {
  const words = {
    live: "Live",
    paused: column.run.waiting ? `Paused, ${compact(column.run.waiting)} new` : "Paused",
    past: "Past",
  }[column.run.state];
  // Live is green only while something can come: a source that ended or is down is told here as well as below.
  const quiet = column.run.state === "live" && condition.kind !== "live";
  // A press takes the focus out of the list before it is a click, and by that the list may go on.
  const pressed = useRef<{ state: typeof column.run.state } | null>(null);
  const does = { live: "pause", paused: "resume", past: "return to now" }[column.run.state];
  return (
    <button class={`live ${column.run.state} ${quiet ? `tone-${condition.tone}` : ""}`} title={`${quiet ? `${condition.word}. ` : ""}Click to ${does}`}
      aria-label={`${words}${quiet ? `, but ${condition.word}` : ""}. Press to ${does}`}
      onPointerDown={() => { pressed.current = { state: column.run.state }; }}
      onClick={() => {
        toggleLive(desk, pressed.current?.state);
        pressed.current = null;
      }}>
      <i class="dot" aria-hidden="true" /> {words}
    </button>
  );
}

/** What the filters hide, or would hide, with the way to see it: nothing is hidden without a sign. */
function FilterLine({ desk, column }: { desk: Desk; column: Column }): JSX.Element | null {
  const { list } = column.run;
  const { count } = list.filters;
  const hidden = list.hidden();
  if (!count) return null;
  const names = counted(count, "filter");
  return (
    <div class="span filters">
      {list.unfiltered ? `${names} off, ${grouped(hidden)} shown that they hide` : `${names}, ${grouped(hidden)} hidden`}
      {hidden || list.unfiltered ? <> <button aria-label={list.unfiltered ? "Hide what the filters hide" : `Show the ${counted(hidden, "post")} that the filters hide`}
        onClick={() => desk.showHidden(!list.unfiltered)}>{list.unfiltered ? "Hide" : "Show"}</button></> : null}
    </div>
  );
}

export function ColumnView({ desk, column, frame, condition }: { desk: Desk; column: Column; frame: number; condition: Condition }): JSX.Element {
  const [scrolled, setScrolled] = useState(false);
  const [table, setTable] = useState(false);
  const { spec } = column;
  const { timeline } = column.run;
  const { theme } = desk.settings;
  const countsFault = column.run.fault ? null : column.run.countsFault;
  const clock = Math.floor(Date.now() / CLOCK_MS);
  const empty = emptinessOf(desk.known());
  const cards = column.run.cards(frame);
  return (
    <section class={`column ${scrolled ? "scrolled" : ""}`} aria-labelledby="column-title" data-home="#list" inert={desk.panel.drawer}>
      <div class="head">
        <h2 id="column-title"><bdi>{spec.query === "*" ? "All posts" : spec.query}</bdi></h2>
        <span class="count" title="Matches stored in all">{timeline ? grouped(timeline.total) : ""}</span>
        <LiveButton desk={desk} column={column} condition={condition} />
        {timeline ? <TimeTools timeline={timeline} place={spec} table={table} setTable={setTable} go={(to) => desk.go(to)} /> : null}
        <button class="plain round menu-button" aria-label="Column menu" aria-haspopup="dialog" title="Mutes, media, languages, export" onClick={() => desk.open("column")}>
          <MoreSign />
        </button>
      </div>
      <div class="lines">
        {spec.from !== null && spec.to !== null ? (
          <div class="span">Only {between(spec.from, spec.to, Date.now())} <button onClick={() => desk.go({ from: null, to: null })}>Return to now</button></div>
        ) : null}
        <FilterLine desk={desk} column={column} />
      </div>
      <Boundary name="The histogram" of={column.runs}><Still of={[timeline, spec, theme, table, countsFault]}>{() => <Histogram timeline={timeline} fault={countsFault} at={column.run.countsAt} theme={theme} table={table} go={(to) => desk.go(to)} />}</Still></Boundary>
      <Orders desk={desk} column={column} />
      <div class="feed-place">
        {column.run.state === "paused" && column.run.waiting ? (
          <button class="pill" onClick={() => newest(desk)}>{counted(column.run.waiting, "new post")}{desk.settings.keys ? <span class="by-key"> · press <kbd>.</kbd> to show</span> : null}</button>
        ) : null}
        <Boundary name="The list" of={column.runs}>{empty ? <Empty desk={desk} condition={empty} /> : (
          <Feed key={`${column.id} ${column.runs}`} desk={desk} column={column} cards={cards} clock={clock} revision={column.run.revision} onScrolled={setScrolled} />
        )}</Boundary>
      </div>
    </section>
  );
}
