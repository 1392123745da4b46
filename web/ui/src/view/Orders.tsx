/** The orders of the list, and what they are worked out over. */
import type { JSX } from "preact";
import { ORDER_NAMES, ORDERS } from "../hold/ranking";
import type { Column } from "../state/column";
import type { Page } from "../state/page";
import { DEPTHS } from "../state/settings";
import { grouped } from "../text/number";
import { Examples } from "./Empty";

const HINTS = {
  latest: "newest first, as a stream",
  followers: "followers of the author",
  reposts: "reposts as the network counts them",
  inview: "reposts seen among the posts loaded here",
  reach: "followers of the author and of all reposters seen",
  likes: "likes",
  replies: "replies",
};

export function Orders({ page, column }: { page: Page; column: Column }): JSX.Element {
  const { order, query } = column.place;
  // Live or paused: a list that is taken hold of must not move, or the click that did it lands elsewhere.
  const first = query === "*" && order === "latest" && !column.past && page.settings.recent.length === 0;
  return (
    <>
      {first && page.server.facts?.examples.length ? <Examples page={page} examples={page.server.facts.examples} /> : null}
      <div class="orders">
        <div class="order-list" role="group" aria-label="Order">
          {ORDERS.map((one) => (
            <button key={one} aria-pressed={one === order} title={`Order: ${HINTS[one]}`}
              onClick={() => page.setOrder(one)}>
              {ORDER_NAMES[one]}
            </button>
          ))}
        </div>
        <label class="depth">
          <span class="loaded">{grouped(column.holding.size)} loaded</span>
          <select value={String(page.settings.depth)} aria-label="How many posts to load" title="How many posts to load"
            onChange={(event) => page.set({ depth: Number(event.currentTarget.value) })}>
            {(page.server.facts?.depths ?? DEPTHS).map((depth) => <option key={depth} value={String(depth)}>of {grouped(depth)}</option>)}
          </select>
        </label>
      </div>
    </>
  );
}
