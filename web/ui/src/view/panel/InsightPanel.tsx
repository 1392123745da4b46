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
import type { Top } from "../../wire/api";
import { WordBars } from "./WordBars";
import { WordCloud } from "../charts/WordCloud";
import { CloseSign } from "../icons";
import { PanelTimeChart } from "../charts/PanelTimeChart";
import { MemoNextFrame, Memo } from "../Memo";
import { TopTable } from "./TopTable";
import { panelWords } from "../../words";

/** Authors and languages of the posts that the words were counted over, or of the loaded posts until there are words. */
interface Variety {
  authors: number;
  languages: number;
  /** Posts over which they were counted, in words, where these are not all matches; else "". */
  among: string;
}

/** Milliseconds between two counts of the loaded authors and languages. */
const COUNT_EVERY_MS = 2_000;

function loadedVariety(store: PostStore, total: number | undefined): Variety {
  const authors = new Set<string>();
  const languages = new Set<string>();
  for (const post of store.newestFirst()) {
    authors.add(post.author.id);
    if (post.lang) languages.add(languageOf(post));
  }
  const isAll = total === undefined || total <= store.size * 1.02;
  return { authors: authors.size, languages: languages.size, among: isAll ? "" : panelWords.figureOfLoaded(store.size) };
}

function storedVariety(words: Top | null): Variety | null {
  const { authors, languages, counted, matching } = words?.based_on ?? {};
  if (authors === undefined || languages === undefined || counted === undefined || matching === undefined) return null;
  return { authors, languages, among: counted < matching ? panelWords.figureOfNewest(counted) : "" };
}

function Figures({ desk }: { desk: Desk }): JSX.Element {
  const { column } = desk;
  const store = column.run.posts;
  const total = column.run.counts.timeline?.total;
  const loaded = useRef<{ store: PostStore; at: number; variety: Variety } | null>(null);
  const stored = storedVariety(desk.insight.words);
  const now = performance.now();
  if (!stored && (loaded.current?.store !== store || now - loaded.current.at > COUNT_EVERY_MS)) loaded.current = { store, at: now, variety: loadedVariety(store, total) };
  const { authors, languages, among } = stored ?? loaded.current?.variety ?? loadedVariety(store, total);
  const { from, to } = column.spec;
  const [often, unit] = from === null || to === null ? [formatRate(column.run.arrivals.perMinute(performance.now())), ""]
    : total === undefined ? [panelWords.figureUnknown, "min"] : formatFrequency(total, to - from);
  return (
    <dl class="figures-of">
      <div><dt>{panelWords.figureMatches(total)}</dt><dd>{total === undefined ? panelWords.figureUnknown : formatNumber(total)}</dd></div>
      <div><dt>{column.run.isPast ? panelWords.figureOnAverage : panelWords.figurePerMinute}</dt><dd>{often}{unit ? <small>/{unit}</small> : null}</dd></div>
      <div><dt>{panelWords.figureAuthors(authors)} <span>{among}</span></dt><dd>{formatNumber(authors)}</dd></div>
      <div><dt>{panelWords.figureLanguages(languages)} <span>{among}</span></dt><dd>{formatNumber(languages)}</dd></div>
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
