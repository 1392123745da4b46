/** Pages of a ranking: 5, 10, 25 or 100 a page. */
import type { JSX } from "preact";
import { PAGES } from "../hold/ranking";
import type { Column } from "../state/column";
import type { Page } from "../state/page";
import { grouped } from "../text/number";

/** Return the page that is shown: the last, where the chosen one is beyond it. */
export function pageOf(chosen: number, cards: number, size: number): number {
  return Math.max(0, Math.min(chosen, Math.ceil(cards / size) - 1));
}

/** Return why a ranking has no cards. */
function nothing(column: Column): string {
  if (column.loading !== "ready") return "Loading…";
  if (column.place.order === "inview") return `None of the ${grouped(column.holding.size)} posts loaded is a repost of another.`;
  return "All posts are hidden by this column's menu.";
}

export function Pager({ page, column, total }: { page: Page; column: Column; total: number }): JSX.Element {
  if (!total) return <p class="end">{nothing(column)}</p>;
  const size = page.settings.pageSize;
  const pages = Math.max(1, Math.ceil(total / size));
  const at = pageOf(column.page, total, size);
  const turn = (to: number): void => {
    column.page = to;
    column.revision++;
    document.getElementById("list")?.scrollTo({ top: 0 });
    page.say(`Page ${to + 1} of ${pages}`);
  };
  return (
    <div class="pager" role="group" aria-label="Pages of the ranking">
      <button disabled={at === 0} onClick={() => turn(at - 1)}>Previous</button>
      <span>Page {grouped(at + 1)} of {grouped(pages)}</span>
      <button disabled={at >= pages - 1} onClick={() => turn(at + 1)}>Next</button>
      <label>
        <select value={String(size)} aria-label="Posts a page" onChange={(event) => { column.page = 0; page.set({ pageSize: Number(event.currentTarget.value) }); }}>
          {PAGES.map((one) => <option key={one} value={String(one)}>{one} a page</option>)}
        </select>
      </label>
      <p class="meta">Ranked among the {grouped(column.holding.size)} posts loaded{column.timeline ? ` of ${grouped(column.timeline.total)}` : ""}.</p>
    </div>
  );
}
