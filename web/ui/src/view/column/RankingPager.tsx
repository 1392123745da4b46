/**
 * Pager of a ranking: previous and next page, the number of posts a page (5, 10, 25 or 100), and among how many posts the ranking was
 * computed; in place of an empty ranking the reason. A new page starts at its top. `pageOf` keeps the page within a ranking that became
 * shorter.
 */
import type { JSX } from "preact";
import { PAGE_SIZES } from "../../posts/ranking";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { listOf } from "./columnElements";
import { columnWords, readingWords } from "../../words";

/** Return the index of the page that is shown: the chosen page, or the last where the ranking has become shorter. */
export function pageOf(chosen: number, cards: number, size: number): number {
  return Math.max(0, Math.min(chosen, Math.ceil(cards / size) - 1));
}

/** Return what hides all cards of a list: its filters, or that what is read is cleared away. Null where nothing does. */
export function nothingShown({ run: { list } }: Column): string | null {
  if (list.filters.count && !list.unfiltered && list.hiddenCount()) return columnWords.allFiltered;
  return list.isCleared ? readingWords.allRead : null;
}

/** Return why a ranking has no cards. */
function nothing(column: Column): string {
  const { ranking } = column.run;
  if (!column.run.isLoaded || (ranking.isUsed && !ranking.isLoaded && !ranking.problem)) return columnWords.pagerLoading;
  if (column.spec.order === "inview") return columnWords.pagerNoReposts(column.run.posts.size);
  return nothingShown(column) ?? (ranking.problem ? columnWords.pagerProblem(ranking.problem) : column.run.posts.size ? columnWords.pagerNoOriginals : columnWords.pagerNoMatch);
}

/** Return among how many posts the list was ranked. */
function rankedAmong({ run }: Column): string {
  const { ranking, posts, counts } = run;
  if (ranking.isUsed && ranking.matching !== null) return columnWords.pagerRankedStored(ranking.matching);
  const loaded = columnWords.pagerRanked(posts.size, counts.timeline?.total ?? null);
  return ranking.isUsed && ranking.problem ? `${loaded} ${columnWords.pagerProblem(ranking.problem)}` : loaded;
}

interface Props {
  desk: Desk;
  column: Column;
  /** Cards of all pages. */
  total: number;
  /** Whether the shown page has no cards yet. */
  isEmpty: boolean;
}

export function RankingPager({ desk, column, total, isEmpty }: Props): JSX.Element {
  if (!total) return <p class="end">{nothing(column)}</p>;
  const size = column.spec.pageSize;
  const pages = Math.max(1, Math.ceil(total / size));
  const at = pageOf(column.run.list.page, total, size);
  const turn = (to: number): void => {
    listOf(column)?.scrollTo({ top: 0 });
    desk.list.showRankingPage(to, pages, column);
  };
  return (
    <div class="pager" role="group" aria-label={columnWords.pagerGroup}>
      {isEmpty ? <p class="end">{column.run.ranking.problem ?? columnWords.pagerLoading}</p> : null}
      <button disabled={at === 0} onClick={() => turn(at - 1)}>{columnWords.pagerPrevious}</button>
      <span>{columnWords.pagerPosition(at + 1, pages)}</span>
      <button disabled={at >= pages - 1} onClick={() => turn(at + 1)}>{columnWords.pagerNext}</button>
      <label>
        <select value={String(size)} aria-label={columnWords.pagerSize} onChange={(event) => desk.list.setPageSize(Number(event.currentTarget.value), column)}>
          {PAGE_SIZES.map((one) => <option key={one} value={String(one)}>{columnWords.pagerPerPage(one)}</option>)}
        </select>
      </label>
      <p class="meta">{rankedAmong(column)}</p>
    </div>
  );
}
