/**
 * Order bar: buttons for the order of the list, or one choice where they do not fit, the number of loaded posts, and the choice of how many posts to load. First-time readers
 * also get example searches.
 */
import type { JSX } from "preact";
import { ORDERS } from "../../posts/ranking";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { DEPTHS } from "../../state/page/settings";
import { Examples } from "./EmptyState";
import { columnWords } from "../../words";

export function OrderBar({ desk, column }: { desk: Desk; column: Column }): JSX.Element {
  const { order, query } = column.spec;
  // The examples do not depend on live or paused: if a click that pauses the list moved the list, it would land elsewhere.
  const first = desk.deck.isAlone && query === "*" && order === "latest" && !column.run.isPast && desk.settings.recent.length === 0;
  return (
    <>
      {first && desk.server.facts?.examples.length ? <Examples desk={desk} column={column} examples={desk.server.facts.examples} /> : null}
      <div class="orders">
        <div class="order-list" role="group" aria-label={columnWords.orderGroup}>
          {ORDERS.map((one) => (
            <button key={one} aria-pressed={one === order} title={columnWords.orderTitle(one)}
              onClick={() => desk.setOrder(one, column)}>
              {columnWords.ORDER_NAMES[one]}
            </button>
          ))}
        </div>
        {/* Where the buttons do not fit, the style shows this choice in their place. */}
        <select class="order-choice" value={order} aria-label={columnWords.orderGroup} title={columnWords.orderTitle(order)}
          onChange={(event) => desk.setOrder(event.currentTarget.value as typeof order, column)}>
          {ORDERS.map((one) => <option key={one} value={one}>{columnWords.ORDER_NAMES[one]}</option>)}
        </select>
        <label class="depth">
          <span class="loaded">{columnWords.orderLoaded(column.run.posts.size)}</span>
          <select value={String(column.spec.depth)} aria-label={columnWords.orderDepth} title={columnWords.orderDepth}
            onChange={(event) => desk.deck.setColumn({ depth: Number(event.currentTarget.value) }, column)}>
            {(desk.server.facts?.depths ?? DEPTHS).map((depth) => <option key={depth} value={String(depth)}>{columnWords.orderOfDepth(depth)}</option>)}
          </select>
        </label>
      </div>
    </>
  );
}
