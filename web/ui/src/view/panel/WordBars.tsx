/** The 25 top words as bars, each with two arrows: where its rank goes, and where its share goes over a window. */
import type { JSX } from "preact";
import { termOf } from "../../query/editQuery";
import type { Desk } from "../../state/desk";
import { formatNumber } from "../../text/formatNumber";
import type { Top } from "../../wire/api";
import { BasedOnLine } from "../charts/BasedOnLine";
import { Arrow } from "../icons";
import { TermLink } from "../card/PostText";
import { TREND_WINDOWS, wordBarWords } from "../../words/panel";

const MOST = 25;

export function WordBars({ desk, words, windowMs }: { desk: Desk; words: Top; windowMs: number }): JSX.Element {
  const items = words.items.slice(0, MOST);
  const most = Math.max(1, ...items.map((item) => item.count));
  const { trends } = desk.insight;
  return (
    <section class="words" aria-labelledby="words-title">
      <div class="title-row">
        <h3 id="words-title">{wordBarWords.title}</h3>
        <span class="legend" title={wordBarWords.legend}>
          <Arrow way="up" label={wordBarWords.firstArrow} />{wordBarWords.rankLegend}<Arrow way="up" label={wordBarWords.secondArrow} />{wordBarWords.shareLegend}{" "}
          <select value={String(windowMs)} aria-label={wordBarWords.window} onChange={(event) => desk.updateSettings({ trendWindowMs: Number(event.currentTarget.value) })}>
            {TREND_WINDOWS.map(([ms, name]) => <option key={ms} value={String(ms)}>{name}</option>)}
          </select>
        </span>
      </div>
      {items.length ? null : <p class="meta">{wordBarWords.none}</p>}
      <ol class="bars">
        {items.map((item) => (
          <li key={item.value}>
            <TermLink desk={desk} term={termOf("word", item.value)} class="bar-row">
              <span class="word"><bdi>{item.label || item.value}</bdi></span>
              <span class="arrows">
                <Arrow way={trends.rank(item.value)} label={wordBarWords.rank} /><Arrow way={trends.share(item.value, windowMs)} label={wordBarWords.share} />
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
