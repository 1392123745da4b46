/** One column: header, histogram, orders, list. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { emptinessOf, type Condition } from "../state/condition";
import type { Column } from "../state/column";
import type { Page } from "../state/page";
import { between } from "../text/clock";
import { compact, grouped } from "../text/number";
import { Empty } from "./Empty";
import { Histogram } from "./Histogram";
import { MoreSign } from "./icons";
import { Feed } from "./Feed";
import { newest, toggleLive } from "./keys";
import { Orders } from "./Orders";
import { Still } from "./Still";
import { TimeTools } from "./TimeTools";

function LiveButton({ page, column, condition }: { page: Page; column: Column; condition: Condition }): JSX.Element {
  const words = {
    live: "Live",
    paused: column.waiting ? `Paused, ${compact(column.waiting)} new` : "Paused",
    past: "Past",
  }[column.state];
  // Live is green only while something can come: a source that ended or is down is told here as well as below.
  const quiet = column.state === "live" && condition.kind !== "live";
  const does = { live: "pause", paused: "resume", past: "return to now" }[column.state];
  return (
    <button class={`live ${column.state} ${quiet ? `tone-${condition.tone}` : ""}`} title={`${quiet ? `${condition.word}. ` : ""}Click to ${does}`}
      aria-label={`${words}${quiet ? `, but ${condition.word}` : ""}. Press to ${does}`}
      onClick={() => toggleLive(page)}>
      <i class="dot" aria-hidden="true" /> {words}
    </button>
  );
}

export function ColumnView({ page, column, frame, condition }: { page: Page; column: Column; frame: number; condition: Condition }): JSX.Element {
  const [scrolled, setScrolled] = useState(false);
  const [table, setTable] = useState(false);
  const { timeline, place } = column;
  const { theme } = page.settings;
  const countsFault = column.fault ? null : page.countsFault;
  const now = Math.floor(Date.now() / 1000);
  const minute = Math.floor(now / 10);
  const empty = emptinessOf(page.known());
  const cards = column.cards(frame);
  return (
    <section class={`column ${scrolled ? "scrolled" : ""}`} aria-labelledby="column-title" inert={page.panel.drawer}>
      <div class="head">
        <h2 id="column-title"><bdi>{place.query === "*" ? "All posts" : place.query}</bdi></h2>
        <span class="count" title="Matches stored in all">{timeline ? grouped(timeline.total) : ""}</span>
        <LiveButton page={page} column={column} condition={condition} />
        {timeline ? <TimeTools timeline={timeline} place={place} table={table} setTable={setTable} go={(to) => page.go(to)} /> : null}
        <button class="plain round menu-button" aria-label="Column menu" aria-haspopup="dialog" title="Mutes, media, languages, export" onClick={() => page.open("column")}>
          <MoreSign />
        </button>
      </div>
      {column.past && place.from !== null && place.to !== null ? (
        <div class="span">Only {between(place.from, place.to, Date.now())} <button onClick={() => page.go({ from: null, to: null })}>Return to now</button></div>
      ) : null}
      <Still of={[timeline, place, theme, table, countsFault]}>{() => <Histogram timeline={timeline} fault={countsFault} at={page.countsAt} theme={theme} table={table} go={(to) => page.go(to)} />}</Still>
      <Orders page={page} column={column} />
      <div class="feed-place">
        {column.state === "paused" && column.waiting && scrolled ? (
          <button class="pill" onClick={() => newest(page)}>{compact(column.waiting)} new{page.settings.keys ? <> · press <kbd>.</kbd> to show</> : null}</button>
        ) : null}
        {empty ? <Empty page={page} condition={empty} /> : (
          <Feed page={page} column={column} cards={cards} minute={minute} revision={column.revision} onScrolled={setScrolled} />
        )}
      </div>
    </section>
  );
}
