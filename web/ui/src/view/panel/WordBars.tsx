/** The 25 top words as bars, each with two arrows: where its rank goes, and where its share goes over a window. */
import type { JSX } from "preact";
import { termOf } from "../../query/editQuery";
import type { Desk } from "../../state/desk";
import { formatNumber } from "../../text/formatNumber";
import type { Top } from "../../wire/api";
import { BasedOnLine } from "../charts/BasedOnLine";
import { Arrow } from "../icons";
import { TermLink } from "../card/PostText";

export const WINDOWS: [number, string][] = [[60_000, "last min"], [300_000, "last 5 min"], [600_000, "last 10 min"], [1_800_000, "last 30 min"]];
const MOST = 25;

export function WordBars({ desk, words, windowMs }: { desk: Desk; words: Top; windowMs: number }): JSX.Element {
  const items = words.items.slice(0, MOST);
  const most = Math.max(1, ...items.map((item) => item.count));
  const { trends } = desk.insight;
  return (
    <section class="words" aria-labelledby="words-title">
      <div class="title-row">
        <h3 id="words-title">Words</h3>
        <span class="legend" title="The first arrow: rank over the last 20 seconds. The second: share over the window.">
          <Arrow way="up" label="first arrow:" /> rank · <Arrow way="up" label="second arrow:" /> share,{" "}
          <select value={String(windowMs)} aria-label="Window of the second arrow" onChange={(event) => desk.updateSettings({ trendWindowMs: Number(event.currentTarget.value) })}>
            {WINDOWS.map(([ms, name]) => <option key={ms} value={String(ms)}>{name}</option>)}
          </select>
        </span>
      </div>
      {items.length ? null : <p class="meta">No words yet.</p>}
      <ol class="bars">
        {items.map((item) => (
          <li key={item.value}>
            <TermLink desk={desk} term={termOf("word", item.value)} class="bar-row">
              <span class="word"><bdi>{item.label || item.value}</bdi></span>
              <span class="arrows">
                <Arrow way={trends.rank(item.value)} label="rank" /><Arrow way={trends.share(item.value, windowMs)} label="share" />
              </span>
              <span class="n">{formatNumber(item.count)}</span>
              <span class="bar" aria-hidden="true"><i ref={(bar) => { if (bar) bar.style.width = `${(100 * item.count) / most}%`; }} /></span>
            </TermLink>
          </li>
        ))}
      </ol>
      <BasedOnLine on={words.based_on} />
    </section>
  );
}
