/** The orders of the list, and what they are worked out over. */
import type { JSX } from "preact";
import { ORDER_NAMES, ORDERS } from "../../posts/ranking";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { DEPTHS } from "../../state/page/settings";
import { formatNumber } from "../../text/formatNumber";
import { Examples } from "./EmptyState";

const HINTS = {
  latest: "newest first, as a stream",
  followers: "followers of the author",
  reposts: "reposts as the network counts them",
  inview: "reposts seen among the posts loaded here",
  reach: "followers of the author and of all reposters seen",
  likes: "likes",
  replies: "replies",
};

export function OrderBar({ desk, column }: { desk: Desk; column: Column }): JSX.Element {
  const { order, query } = column.spec;
  // Live or paused: a list that is taken hold of must not move, or the click that did it lands elsewhere.
  const first = query === "*" && order === "latest" && !column.run.isPast && desk.settings.recent.length === 0;
  return (
    <>
      {first && desk.server.facts?.examples.length ? <Examples desk={desk} examples={desk.server.facts.examples} /> : null}
      <div class="orders">
        <div class="order-list" role="group" aria-label="Order">
          {ORDERS.map((one) => (
            <button key={one} aria-pressed={one === order} title={`Order: ${HINTS[one]}`}
              onClick={() => desk.setOrder(one)}>
              {ORDER_NAMES[one]}
            </button>
          ))}
        </div>
        <label class="depth">
          <span class="loaded">{formatNumber(column.run.posts.size)} loaded</span>
          <select value={String(desk.settings.depth)} aria-label="How many posts to load" title="How many posts to load"
            onChange={(event) => desk.updateSettings({ depth: Number(event.currentTarget.value) })}>
            {(desk.server.facts?.depths ?? DEPTHS).map((depth) => <option key={depth} value={String(depth)}>of {formatNumber(depth)}</option>)}
          </select>
        </label>
      </div>
    </>
  );
}
