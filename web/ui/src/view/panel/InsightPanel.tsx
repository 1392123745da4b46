/**
 * Insight panel of the selected column: figures (matches, rate, authors, languages), top words with trends, tabs (word cloud and top
 * tables) that arrow keys switch, and a chart over time. Each part is drawn again only when its data changed; an error, or how old the
 * counts are, is shown in the panel.
 */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { PostStore } from "../../posts/postStore";
import { TABS } from "../../state/insight";
import type { Desk } from "../../state/desk";
import { languageOf } from "../../wire/post";
import { formatFrequency, formatNumber, formatRate } from "../../text/formatNumber";
import { WhatChanged } from "./WhatChanged";
import { WordBars } from "./WordBars";
import { WordCloud } from "../charts/WordCloud";
import { CloseSign } from "../icons";
import { PanelTimeChart } from "../charts/PanelTimeChart";
import { MemoNextFrame, Memo } from "../Memo";
import { TopTable } from "./TopTable";
import { panelWords } from "../../words";

/** Milliseconds between two counts of the loaded authors and languages. */
const COUNT_EVERY_MS = 2_000;

function countLoaded(store: PostStore): { posts: number; authors: number; languages: number } {
  const authors = new Set<string>();
  const languages = new Set<string>();
  for (const post of store.newestFirst()) {
    authors.add(post.author.id);
    if (post.lang) languages.add(languageOf(post));
  }
  return { posts: store.size, authors: authors.size, languages: languages.size };
}

function Figures({ desk }: { desk: Desk }): JSX.Element {
  const { column } = desk;
  const store = column.run.posts;
  const loaded = useRef({ store, at: -Infinity, posts: 0, authors: 0, languages: 0 });
  const now = performance.now();
  if (loaded.current.store !== store || now - loaded.current.at > COUNT_EVERY_MS)
    loaded.current = { store, at: now, ...countLoaded(store) };
  const total = column.run.counts.timeline?.total;
  const among = total === undefined || total <= loaded.current.posts * 1.02 ? "" : panelWords.figureOfLoaded(loaded.current.posts);
  const { from, to } = column.spec;
  const [often, unit] = from === null || to === null ? [formatRate(column.run.arrivals.perMinute(performance.now())), ""]
    : total === undefined ? [panelWords.figureUnknown, "min"] : formatFrequency(total, to - from);
  return (
    <dl class="figures-of">
      <div><dt>{panelWords.figureMatches(total)}</dt><dd>{total === undefined ? panelWords.figureUnknown : formatNumber(total)}</dd></div>
      <div><dt>{column.run.isPast ? panelWords.figureOnAverage : panelWords.figurePerMinute}</dt><dd>{often}{unit ? <small>/{unit}</small> : null}</dd></div>
      <div><dt>{panelWords.figureAuthors(loaded.current.authors)} <span>{among}</span></dt><dd>{formatNumber(loaded.current.authors)}</dd></div>
      <div><dt>{panelWords.figureLanguages(loaded.current.languages)} <span>{among}</span></dt><dd>{formatNumber(loaded.current.languages)}</dd></div>
    </dl>
  );
}

export function InsightPanel({ desk }: { desk: Desk }): JSX.Element {
  const { insight, settings } = desk;
  const { words, top, series, tab, problem } = insight;
  const { spec } = desk.column;
  const counting = problem ? null : <p class="meta">{panelWords.counting}</p>;
  return (
    <>
      <h2 class="hidden">{panelWords.title}</h2>
      <button class="plain round drawer-only" aria-label={panelWords.close} onClick={() => desk.panel.toggle()}><CloseSign /></button>
      <Figures desk={desk} />
      <WhatChanged desk={desk} />
      {problem ? <p class="meta warn">{words ? panelWords.stale(insight.wordsAt, Date.now(), problem) : problem}</p> : null}
      <MemoNextFrame of={[spec, words, problem, settings.trendWindowMs, insight.trends.since]}>
        {() => words ? <WordBars desk={desk} words={words} windowMs={settings.trendWindowMs} /> : problem ? <></> : <p class="meta">{panelWords.countingWords}</p>}
      </MemoNextFrame>
      <div class="tabs" role="tablist" aria-label={panelWords.tabs}>
        {TABS.map((one, at) => (
          <button key={one} role="tab" id={`tab-${one}`} aria-selected={one === tab} aria-controls="tab-panel" tabIndex={one === tab ? 0 : -1}
            onClick={() => insight.chooseTab(one)}
            onKeyDown={(event) => {
              const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
              const next = TABS[(at + step + TABS.length) % TABS.length];
              if (!step || !next) return;
              insight.chooseTab(next);
              document.getElementById(`tab-${next}`)?.focus();
            }}>
            {panelWords.TAB_NAMES[one]}
          </button>
        ))}
      </div>
      <div class="tab-panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`}>
        <Memo of={[spec, tab, words, top, problem]}>
          {() => <>{tab === "cloud" ? (words ? <WordCloud desk={desk} words={words} /> : counting) : top ? <TopTable desk={desk} top={top} tab={tab} /> : counting}</>}
        </Memo>
      </div>
      {series ? <MemoNextFrame of={[series, settings.theme, settings.times]}>{() => <PanelTimeChart desk={desk} series={series} />}</MemoNextFrame>
        : desk.column.run.counts.problem && !problem ? <p class="meta warn">{panelWords.noChart(desk.column.run.counts.problem)}</p> : null}
    </>
  );
}
