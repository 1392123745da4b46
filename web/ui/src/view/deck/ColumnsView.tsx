/**
 * List of the columns, the third view of a phone: shows a column by a press, moves and removes columns, adds one, and brings the one back
 * that was removed last. Each has its number of new posts.
 */
import type { JSX } from "preact";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { CloseSign, DeckSign, DownSign, PlusSign, SpikeSign, UpSign } from "../icons";
import { unreadCards } from "../../state/read/unreadCards";
import { columnWords, columnsWords, savedDeckWords } from "../../words";
import { addColumn, focusColumn } from "../actions/columnFocus";

function Row({ desk, column, at, frame }: { desk: Desk; column: Column; at: number; frame: number }): JSX.Element {
  const { deck } = desk;
  const { spec, run } = column;
  const name = columnsWords.nameOf(spec);
  const unread = unreadCards(run).count;
  const show = (): void => {
    if (spec.collapsed) deck.setCollapsed(column, false);
    deck.select(column);
    desk.panel.setView("posts");
    focusColumn(column);
  };
  return (
    <li>
      <button class="plain show" aria-current={column === desk.column ? "true" : undefined} onClick={show}>
        <b><bdi>{name}</bdi></b>
        {spec.title ? <span class="meta"><bdi>{spec.query === "*" ? columnWords.allPosts : spec.query}</bdi></span> : null}
      </button>
      {unread ? <span class="unread">{columnsWords.unreadShort(unread)}</span> : null}
      {run.spikes.isSpiking(frame) ? <span class="spike" role="img" aria-label={columnsWords.spikeMark}><SpikeSign /></span> : null}
      {deck.isAlone ? null : (
        <>
          <button class="plain round" disabled={at === 0} aria-label={columnsWords.moveNamed(name, true)} onClick={() => deck.moveBy(column, -1)}><UpSign /></button>
          <button class="plain round" disabled={at === deck.columns.length - 1} aria-label={columnsWords.moveNamed(name, false)} onClick={() => deck.moveBy(column, 1)}><DownSign /></button>
          <button class="plain round" aria-label={columnsWords.removeNamed(name)} onClick={() => deck.remove(column)}><CloseSign /></button>
        </>
      )}
    </li>
  );
}

export function ColumnsView({ desk, frame }: { desk: Desk; frame: number }): JSX.Element {
  const { columns, list } = desk.deck;
  return (
    <section class="columns-view" aria-labelledby="columns-title" data-home="#views">
      <h2 id="columns-title">{columnsWords.columns}</h2>
      <ol>
        {columns.map((column, at) => <Row key={column.id} desk={desk} column={column} at={at} frame={frame} />)}
      </ol>
      <p>
        <button onClick={() => {
          desk.panel.setView("posts");
          addColumn(desk);
        }}><PlusSign /> {columnsWords.add}</button>{" "}
        <button aria-haspopup="dialog" onClick={() => desk.openDialog("decks")}><DeckSign /> {savedDeckWords.decks}</button>
      </p>
      {list.removed ? <p><button onClick={() => desk.deck.restore()}>{columnsWords.restore(columnsWords.nameOf(list.removed.spec))}</button></p> : null}
    </section>
  );
}
