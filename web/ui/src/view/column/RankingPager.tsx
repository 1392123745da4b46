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
import { columnWords } from "../../words";

/** Return the index of the page that is shown: the chosen page, or the last where the ranking has become shorter. */
export function pageOf(chosen: number, cards: number, size: number): number {
  return Math.max(0, Math.min(chosen, Math.ceil(cards / size) - 1));
}

/** Return why a ranking has no cards. */
function nothing(column: Column): string {
  if (!column.run.isLoaded) return columnWords.pagerLoading;
  if (column.spec.order === "inview") return columnWords.pagerNoReposts(column.run.posts.size);
  return columnWords.pagerFiltered;
}

export function RankingPager({ desk, column, total }: { desk: Desk; column: Column; total: number }): JSX.Element {
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
      <button disabled={at === 0} onClick={() => turn(at - 1)}>{columnWords.pagerPrevious}</button>
      <span>{columnWords.pagerPosition(at + 1, pages)}</span>
      <button disabled={at >= pages - 1} onClick={() => turn(at + 1)}>{columnWords.pagerNext}</button>
      <label>
        <select value={String(size)} aria-label={columnWords.pagerSize} onChange={(event) => desk.list.setPageSize(Number(event.currentTarget.value), column)}>
          {PAGE_SIZES.map((one) => <option key={one} value={String(one)}>{columnWords.pagerPerPage(one)}</option>)}
        </select>
      </label>
      <p class="meta">{columnWords.pagerRanked(column.run.posts.size, column.run.counts.timeline?.total ?? null)}</p>
    </div>
  );
}
