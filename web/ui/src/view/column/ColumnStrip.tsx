/**
 * Strip of a collapsed column, 48 px wide: its title, the number of new posts, and a mark where many more posts arrive than usual. A press
 * opens the column; the grip moves it. The posts are collected meanwhile.
 */
import type { JSX } from "preact";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { GripSign, SpikeSign } from "../icons";
import { beginDrag, moveByKey } from "../deck/dragColumn";
import { focusColumn } from "../actions/columnFocus";
import { listIdOf, titleIdOf } from "./columnElements";
import { columnsWords } from "../../words";

interface Props {
  desk: Desk;
  column: Column;
  selected: boolean;
  unread: number;
  spiking: boolean;
}

export function ColumnStrip({ desk, column, selected, unread, spiking }: Props): JSX.Element {
  const name = columnsWords.nameOf(column.spec);
  return (
    <section class={`column strip ${selected ? "selected" : ""}`} data-column={column.id} aria-labelledby={titleIdOf(desk, column)} onFocusIn={() => desk.deck.select(column)}>
      <button class="plain grip" aria-label={columnsWords.grip(name)} title={columnsWords.gripTitle}
        onPointerDown={(event) => beginDrag(event, desk, column)} onKeyDown={(event) => moveByKey(event, desk, column)}><GripSign /></button>
      <div class="strip-signs" aria-hidden="true">
        {unread ? <span class="unread">{columnsWords.unreadShort(unread)}</span> : null}
        {spiking ? <span class="spike" title={columnsWords.spikeMark}><SpikeSign /></span> : null}
        {desk.alerts.isMarked(column) ? <span class="alerted" title={columnsWords.alerted} /> : null}
      </div>
      <h2 id={titleIdOf(desk, column)}>
        <button class="plain" id={listIdOf(desk, column)} aria-expanded={false} title={columnsWords.open(name)}
          onClick={() => {
            desk.deck.setCollapsed(column, false);
            focusColumn(column);
          }}>
          <bdi>{name}</bdi> <span class="hidden">{columnsWords.stripState(unread, spiking)}</span>
        </button>
      </h2>
    </section>
  );
}
