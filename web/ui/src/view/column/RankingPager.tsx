/** Pages of a ranking: 5, 10, 25 or 100 a page. */
import type { JSX } from "preact";
import { PAGE_SIZES } from "../../posts/ranking";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { formatNumber } from "../../text/formatNumber";

/** Return the page that is shown: the last, where the chosen one is beyond it. */
export function pageOf(chosen: number, cards: number, size: number): number {
  return Math.max(0, Math.min(chosen, Math.ceil(cards / size) - 1));
}

/** Return why a ranking has no cards. */
function nothing(column: Column): string {
  if (column.run.loading !== "ready") return "Loading…";
  if (column.spec.order === "inview") return `None of the ${formatNumber(column.run.posts.size)} posts loaded is a repost of another.`;
  return "All posts are hidden by your filters.";
}

export function RankingPager({ desk, column, total }: { desk: Desk; column: Column; total: number }): JSX.Element {
  if (!total) return <p class="end">{nothing(column)}</p>;
  const size = column.spec.pageSize;
  const pages = Math.max(1, Math.ceil(total / size));
  const at = pageOf(column.run.list.page, total, size);
  const turn = (to: number): void => {
    document.getElementById("list")?.scrollTo({ top: 0 });
    desk.showRankingPage(to, pages);
  };
  return (
    <div class="pager" role="group" aria-label="Pages of the ranking">
      <button disabled={at === 0} onClick={() => turn(at - 1)}>Previous</button>
      <span>Page {formatNumber(at + 1)} of {formatNumber(pages)}</span>
      <button disabled={at >= pages - 1} onClick={() => turn(at + 1)}>Next</button>
      <label>
        <select value={String(size)} aria-label="Posts a page" onChange={(event) => { column.run.list.setPage(0); desk.updateSettings({ pageSize: Number(event.currentTarget.value) }); }}>
          {PAGE_SIZES.map((one) => <option key={one} value={String(one)}>{one} a page</option>)}
        </select>
      </label>
      <p class="meta">Ranked among the {formatNumber(column.run.posts.size)} posts loaded{column.run.timeline ? ` of ${formatNumber(column.run.timeline.total)}` : ""}.</p>
    </div>
  );
}
