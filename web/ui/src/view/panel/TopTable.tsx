/**
 * Table of the most frequent values of one field (hashtags, links, authors, domains, languages) or of the trending words, counted by the
 * store, with count and share; a trending word has its share and its usual share. Values have readable labels, such as language names. A
 * click adds the value to the search, an Alt-click excludes it.
 */
import type { JSX } from "preact";
import { termOf, termOfWord, type TermKind } from "../../query/editQuery";
import type { Tab } from "../../state/insight";
import type { Desk } from "../../state/desk";
import { cachedFormat } from "../../text/locale";
import { formatNumber } from "../../text/formatNumber";
import type { Top } from "../../wire/api";
import { BasedOnLine } from "../charts/BasedOnLine";
import { TermLink } from "../card/PostText";
import { panelWords } from "../../words";

const KINDS: Record<Tab, TermKind> = {
  cloud: "word", trending: "word", hashtags: "hashtag", links: "link", authors: "author", domains: "domain", langs: "lang",
};

function labelOf(tab: Tab, value: string, label: string): string {
  if (tab === "langs") {
    try {
      const languages = cachedFormat("language-names", (locale) => new Intl.DisplayNames(locale, { type: "language" }));
      return `${languages.of(value) ?? value} (${value})`;
    } catch {
      return value;
    }
  }
  if (tab === "hashtags") return `#${(label || value).replace(/^#/u, "")}`;
  // Several authors may have the same name: the handle tells them apart.
  if (tab === "authors") return label && label !== value ? `${label} @${value}` : `@${value}`;
  return label || value.replace(/^https?:\/\/(?:www\.)?/u, "");
}

export function TopTable({ desk, top, tab }: { desk: Desk; top: Top; tab: Tab }): JSX.Element {
  const trending = tab === "trending";
  return (
    <>
      {top.items.length ? (
        <table class="tops">
          <thead class="hidden-head"><tr><th scope="col">{panelWords.topValue}</th><th scope="col">{panelWords.topPosts}</th><th scope="col">{panelWords.topShare(trending)}</th></tr></thead>
          <tbody>
            {top.items.map((item) => (
              <tr key={item.value}>
                <td><TermLink desk={desk} term={KINDS[tab] === "word" ? termOfWord(item.value, item.forms ?? []) : termOf(KINDS[tab], item.value)}><bdi>{labelOf(tab, item.value, item.label)}</bdi></TermLink></td>
                <td>{formatNumber(item.count)}</td>
                <td>{trending && item.background !== null ? panelWords.topUsually(panelWords.topPercent(item.share), panelWords.topPercent(item.background)) : panelWords.topPercent(item.share)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : <p class="meta">{panelWords.topNone(trending)}</p>}
      <BasedOnLine on={top.based_on} />
    </>
  );
}
