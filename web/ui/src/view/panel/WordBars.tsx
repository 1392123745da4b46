/**
 * Bar list of the 25 most frequent words with their counts; a click adds a word to the search, an Alt-click excludes it. Two arrows at each
 * word show the trend of its rank over the latest samples (20 s), and of its share over a time window that the reader chooses here.
 */
import type { JSX } from "preact";
import { termOfWord } from "../../query/editQuery";
import type { Desk } from "../../state/desk";
import { formatNumber } from "../../text/formatNumber";
import type { Top } from "../../wire/api";
import { BasedOnLine } from "../charts/BasedOnLine";
import { Arrow } from "../icons";
import { TermLink } from "../card/PostText";
import { PictureButton } from "../picture/PictureButton";
import { pictureSubject, wordRows } from "../picture/pictureSubject";
import { panelWords } from "../../words";

/** Words shown at most. */
const MOST = 25;

export function WordBars({ desk, words, windowMs }: { desk: Desk; words: Top; windowMs: number }): JSX.Element {
  const items = words.items.slice(0, MOST);
  const most = Math.max(1, ...items.map((item) => item.count));
  const { trends } = desk.insight;
  return (
    <section class="words" aria-labelledby="words-title">
      <div class="title-row">
        <h3 id="words-title">{panelWords.wordBarTitle}</h3>
        <span class="legend" title={panelWords.wordBarLegend}>
          <Arrow way="up" label={panelWords.wordBarFirstArrow} />{panelWords.wordBarRankLegend}<Arrow way="up" label={panelWords.wordBarSecondArrow} />{panelWords.wordBarShareLegend}{" "}
          <select value={String(windowMs)} aria-label={panelWords.wordBarWindow} onChange={(event) => desk.updateSettings({ trendWindowMs: Number(event.currentTarget.value) })}>
            {panelWords.TREND_WINDOWS.map(([ms, name]) => <option key={ms} value={String(ms)}>{name}</option>)}
          </select>
        </span>
      </div>
      {items.length ? null : <p class="meta">{panelWords.wordBarNone}</p>}
      <ol class="bars">
        {items.map((item) => (
          <li key={item.value}>
            <TermLink desk={desk} term={termOfWord(item.value, item.forms ?? [])} class="bar-row">
              <span class="word"><bdi>{item.label || item.value}</bdi></span>
              <span class="arrows">
                <Arrow way={trends.rank(item.value)} label={panelWords.wordBarRank} /><Arrow way={trends.share(item.value, windowMs)} label={panelWords.wordBarShare} />
              </span>
              <span class="n">{formatNumber(item.count)}</span>
              <span class="bar" aria-hidden="true"><i ref={(bar) => { if (bar) bar.style.width = `${(100 * item.count) / most}%`; }} /></span>
            </TermLink>
          </li>
        ))}
      </ol>
      <div class="cloud-foot"><BasedOnLine on={words.based_on} />{items.length ? <PictureButton desk={desk} id="picture-words" chart={panelWords.wordBarTitle} subject={() => pictureSubject(desk, panelWords.wordBarTitle, words.based_on)}
        make={(drawing) => (facts, colours, measure) => drawing.barsPicture(wordRows(items), facts, colours, measure)} /> : null}</div>
    </section>
  );
}
