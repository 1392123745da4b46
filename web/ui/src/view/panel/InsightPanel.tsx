/** The insight panel: numbers of the span, words with trends, cloud and tops, and the time chart. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Holding } from "../../posts/postStore";
import { TAB_NAMES, TABS } from "../../state/insight";
import type { Desk } from "../../state/desk";
import { asOf } from "../../text/formatTime";
import { compact, frequency, grouped, rate } from "../../text/formatNumber";
import { Bars } from "./WordBars";
import { Cloud } from "../charts/WordCloud";
import { CloseSign } from "../icons";
import { SeriesView } from "../charts/SeriesView";
import { Later, Still } from "../Memo";
import { Tops } from "./TopTable";

const COUNT_EVERY_MS = 2_000;

function countLoaded(holding: Holding): { posts: number; authors: number; languages: number } {
  const authors = new Set<string>();
  const languages = new Set<string>();
  for (const post of holding.posts()) {
    authors.add(post.author.id);
    if (post.lang) languages.add(post.lang);
  }
  return { posts: holding.size, authors: authors.size, languages: languages.size };
}

function Figures({ desk }: { desk: Desk }): JSX.Element {
  const { column } = desk;
  const { holding } = column.run;
  const loaded = useRef({ holding, at: -Infinity, posts: 0, authors: 0, languages: 0 });
  const now = performance.now();
  if (loaded.current.holding !== holding || now - loaded.current.at > COUNT_EVERY_MS)
    loaded.current = { holding, at: now, ...countLoaded(holding) };
  const total = column.run.timeline?.total;
  const among = total === undefined || total <= loaded.current.posts * 1.02 ? "" : `of ${compact(loaded.current.posts)} loaded`;
  const { from, to } = column.spec;
  const [often, unit] = from === null || to === null ? [rate(column.run.arrivals.perMinute(performance.now())), "min"]
    : total === undefined ? ["–", "min"] : frequency(total, to - from);
  return (
    <dl class="figures-of">
      <div><dt>{total === 1 ? "match" : "matches"}</dt><dd>{total === undefined ? "–" : grouped(total)}</dd></div>
      <div><dt>{column.run.past ? "on average" : "now"}</dt><dd>{often}<small>/{unit}</small></dd></div>
      <div><dt>{loaded.current.authors === 1 ? "author" : "authors"} <span>{among}</span></dt><dd>{grouped(loaded.current.authors)}</dd></div>
      <div><dt>{loaded.current.languages === 1 ? "language" : "languages"} <span>{among}</span></dt><dd>{grouped(loaded.current.languages)}</dd></div>
    </dl>
  );
}

export function Panel({ desk }: { desk: Desk }): JSX.Element {
  const { insight, settings } = desk;
  const { words, top, series, tab, fault } = insight;
  const { spec } = desk.column;
  const counting = fault ? null : <p class="meta">Counting…</p>;
  return (
    <>
      <h2 class="hidden">Insight</h2>
      <button class="plain round drawer-only" aria-label="Close the panel" onClick={() => desk.panel.toggle()}><CloseSign /></button>
      <Figures desk={desk} />
      {fault ? <p class="meta warn">{words ? `${asOf(insight.wordsAt, Date.now())} ` : ""}{fault}</p> : null}
      <Later of={[spec, words, fault, settings.trendWindowMs, insight.trends.since]}>
        {() => words ? <Bars desk={desk} words={words} windowMs={settings.trendWindowMs} /> : fault ? <></> : <p class="meta">Counting words…</p>}
      </Later>
      <div class="tabs" role="tablist" aria-label="Most frequent">
        {TABS.map((one, at) => (
          <button key={one} role="tab" id={`tab-${one}`} aria-selected={one === tab} aria-controls="tab-panel" tabIndex={one === tab ? 0 : -1}
            onClick={() => insight.choose(one)}
            onKeyDown={(event) => {
              const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
              const next = TABS[(at + step + TABS.length) % TABS.length];
              if (!step || !next) return;
              insight.choose(next);
              document.getElementById(`tab-${next}`)?.focus();
            }}>
            {TAB_NAMES[one]}
          </button>
        ))}
      </div>
      <div class="tab-panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`}>
        <Still of={[spec, tab, words, top, fault]}>
          {() => <>{tab === "cloud" ? (words ? <Cloud desk={desk} words={words} /> : counting) : top ? <Tops desk={desk} top={top} tab={tab} /> : counting}</>}
        </Still>
      </div>
      {series ? <Later of={[series, settings.theme]}>{() => <SeriesView desk={desk} series={series} />}</Later>
        : desk.column.run.countsFault && !fault ? <p class="meta warn">No chart over time: {desk.column.run.countsFault}</p> : null}
    </>
  );
}
