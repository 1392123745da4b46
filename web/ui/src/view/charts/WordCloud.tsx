/**
 * Word cloud of up to 250 words, shaded by weight, with a table as alternative. A click on a word adds it to the search, an Alt-click
 * excludes it. The layout is requested at most every 15 s for one search and width; words keep their place where possible and move to the
 * next layout some a frame.
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { termOfWord } from "../../query/editQuery";
import type { Desk } from "../../state/desk";
import type { PlacedWord } from "../../stats/cloudLayout";
import { cloudTransition } from "../../stats/cloudTransition";
import { requestLayout } from "../../stats/requestCloudLayout";
import { formatNumber } from "../../text/formatNumber";
import type { Top } from "../../wire/api";
import { BasedOnLine } from "./BasedOnLine";
import { useNextFrame } from "../useNextFrame";
import { TermLink } from "../card/PostText";
import { TableButton } from "./TableButton";
import { PictureButton } from "../picture/PictureButton";
import { pictureSubject } from "../picture/pictureSubject";
import { panelWords } from "../../words";

/** Milliseconds between two layouts of one search. */
const AGAIN_MS = 15_000;
/** Words moved in one frame. Moving all 250 at once takes five frames' time. */
const BITE = 50;
const NONE: { before: readonly PlacedWord[]; after: readonly PlacedWord[]; moved: number } = { before: [], after: [], moved: 0 };

/** Vertical middle of the letters within the box of a text, as a share of its height. */
const LETTERS = 0.58;

/** Return the word under the pointer. The boxes of close words overlap where their letters do not: the word with the nearest letters wins. */
function wordUnder(event: MouseEvent): string | null {
  let word: string | null = null;
  let least = Infinity;
  for (const one of document.elementsFromPoint(event.clientX, event.clientY)) {
    if (!(one instanceof SVGTextElement)) continue;
    const { top, height } = one.getBoundingClientRect();
    const off = Math.abs(event.clientY - top - LETTERS * height) / height;
    if (off < least) [word, least] = [one.textContent, off];
  }
  return word;
}

export function WordCloud({ desk, words }: { desk: Desk; words: Top }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [cloud, setCloud] = useState(NONE);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [table, setTable] = useState(false);
  /** Size of the box in which the words were placed last. */
  const placedIn = useRef({ width: 0, height: 0 });
  const [over, setOver] = useState<string | null>(null);
  const last = useRef({ at: -Infinity, width: 0, query: "", places: [] as PlacedWord[] });
  // Newer words do not cancel a running layout: in a fast stream no layout would ever be shown.
  const stop = useRef<() => void>(() => undefined);
  const query = desk.column.spec.query;

  useEffect(() => () => stop.current(), []);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    watch.observe(element);
    return () => watch.disconnect();
  }, [table]);

  useEffect(() => {
    const now = performance.now();
    const memory = last.current;
    const same = memory.query === query && memory.width === size.width;
    if (!size.width || !words.items.length || (same && now - memory.at < AGAIN_MS)) return;
    last.current = { at: now, width: size.width, query, places: memory.places };
    const font = getComputedStyle(document.body).fontFamily;
    const weighed = words.items.map((item) => ({ text: item.value, weight: item.count }));
    stop.current = requestLayout({ words: weighed, width: size.width, height: size.height, font, before: memory.places }, (found) => {
      last.current.places = found;
      placedIn.current = size;
      setCloud((was) => ({ before: cloudTransition(was.before, was.after, was.moved), after: found, moved: BITE }));
    });
  }, [words, size, query]);

  useNextFrame(cloud.moved < cloud.after.length, () => setCloud((was) => ({ ...was, moved: was.moved + BITE })));

  const top = words.items.slice(0, 3).map((item) => item.value).join(", ");
  return (
    <figure class="cloud" aria-label={panelWords.cloudLabel}>
      <figcaption class="hidden">{panelWords.cloudCaption(top, words.items.length)}</figcaption>
      {table ? (
        <div class="table-place" tabIndex={0} role="region" aria-label={panelWords.cloudTable}>
          <table>
            <thead><tr><th scope="col">{panelWords.cloudWord}</th><th scope="col">{panelWords.cloudPosts}</th></tr></thead>
            <tbody>
              {words.items.map((item) => <tr key={item.value}><td><TermLink desk={desk} term={termOfWord(item.value, item.forms ?? [])}><bdi>{item.value}</bdi></TermLink></td><td>{formatNumber(item.count)}</td></tr>)}
            </tbody>
          </table>
        </div>
      ) : (
        <div class="cloud-box" ref={box} aria-hidden="true">
          <svg width={size.width} height={size.height} viewBox={`${-size.width / 2} ${-size.height / 2} ${size.width} ${size.height}`} focusable="false"
            onMouseMove={(event) => setOver(wordUnder(event))} onMouseLeave={() => setOver(null)}
            onClick={(event) => {
              const word = wordUnder(event);
              if (word !== null) desk.addTerm(desk.insight.termOfWord(word), event.altKey);
            }}>
            {cloudTransition(cloud.before, cloud.after, cloud.moved).map((word) => (
              <text key={word.text} x={word.x} y={word.y} font-size={word.size} text-anchor="middle"
                class={`heat-${Math.min(4, Math.floor(word.heat * 5))} ${word.text === over ? "over" : ""}`}>{word.text}</text>
            ))}
          </svg>
        </div>
      )}
      <div class="cloud-foot"><BasedOnLine on={words.based_on} /><PictureButton desk={desk} id="picture-cloud" chart={panelWords.cloudLabel} subject={() => pictureSubject(desk, panelWords.cloudLabel, words.based_on)}
        make={(drawing) => (facts, colours, measure) => drawing.cloudPicture(last.current.places, placedIn.current, facts, colours, measure)} /><TableButton table={table} other={panelWords.chartCloud} toggle={() => setTable(!table)} /></div>
    </figure>
  );
}
