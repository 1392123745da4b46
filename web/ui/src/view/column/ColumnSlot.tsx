/**
 * Slot of a column in the deck: draws the column, its strip while it is collapsed, or only its title before it was on the screen. The column
 * is drawn again when something that it shows has changed; while it is out of sight it keeps what it showed last, and costs nothing.
 */
import { Component, type JSX } from "preact";
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { unreadCards } from "../../state/read/unreadCards";
import { RERANK_MS } from "../../state/list/cardList";
import { emptyListStatus, type Status, statusOf } from "../../state/page/status";
import { statusInputsOf } from "../../state/page/statusInputs";
import { columnsWords } from "../../words";
import { ColumnStrip } from "./ColumnStrip";
import { ColumnView } from "./ColumnView";
import { titleIdOf } from "./columnElements";

/** Milliseconds after which all cards are drawn again, because they show the age of their post. */
const CLOCK_MS = 10_000;
/** Milliseconds between the clocks of two columns. */
const CLOCK_APART_MS = 700;

interface SlotProps {
  desk: Desk;
  column: Column;
  selected: boolean;
  /** Whether the column is on the screen, or close to it. */
  visible: boolean;
  /** Time of the draw, ms of a monotonic clock. */
  frame: number;
}

/** Values with which a column was drawn last. */
interface Shown {
  /** Values that change what is drawn even out of sight: ids in the document, and the list of another run. */
  readonly frame: readonly unknown[];
  readonly contents: readonly unknown[];
  readonly status: Status;
  readonly empty: Status | null;
}

const differs = (a: readonly unknown[], b: readonly unknown[]): boolean => a.some((value, at) => value !== b[at]);

/** Return the clock of a column. Columns next to each other are drawn anew at different times, so that no frame draws them all. */
function clockOf({ desk, column }: SlotProps): number {
  return Math.floor((Date.now() + desk.deck.list.indexOf(column) * CLOCK_APART_MS) / CLOCK_MS);
}

/** Return the values that change what is drawn of a column even out of sight. */
function frameOf({ desk, column, selected }: SlotProps): readonly unknown[] {
  return [selected, column.spec, column.runCount, desk.deck.columns.length];
}

function shownOf(props: SlotProps): Shown {
  const { desk, column, frame } = props;
  const { run, spec } = column;
  const inputs = statusInputsOf(desk, column);
  const [status, empty] = [statusOf(inputs), emptyListStatus(inputs)];
  const { counts } = run;
  const rerank = spec.order === "latest" ? 0 : Math.floor(frame / RERANK_MS);
  return {
    status, empty,
    frame: frameOf(props),
    contents: [
      desk.actions, desk.settings, desk.server.facts, run.revision, counts.timeline, counts.problem, counts.updatedAt, run.isLoaded, run.state,
      clockOf(props), rerank, status.kind, status.word, status.tone, JSON.stringify(empty), desk.alerts.isMarked(column), unreadCards(run), run.list.isCleared, desk.reading.canGoBack(column),
    ],
  };
}

export class ColumnSlot extends Component<SlotProps> {
  private shown: Shown | null = null;
  private next: Shown | null = null;
  private strip = "";

  override shouldComponentUpdate(props: SlotProps): boolean {
    const { column, visible } = props;
    if (column.spec.collapsed || this.props.column !== column) return true;
    const { shown } = this;
    this.next = visible ? shownOf(props) : null;
    if (!shown) return visible || props.selected !== this.props.selected || this.strip !== columnsWords.nameOf(column.spec);
    if (!this.next) return differs(shown.frame, frameOf(props));
    return differs(shown.frame, this.next.frame) || differs(shown.contents, this.next.contents);
  }

  override render(props: SlotProps): JSX.Element {
    const { desk, column, selected, visible, frame } = props;
    if (column.spec.collapsed) {
      this.shown = null;
      return <ColumnStrip desk={desk} column={column} selected={selected} unread={unreadCards(column.run).count} spiking={column.run.spikes.isSpiking(frame)} />;
    }
    if (!visible && !this.shown) return this.renderTitle(props);
    const shown = this.next ?? shownOf(props);
    [this.shown, this.next] = [shown, null];
    return <ColumnView desk={desk} column={column} selected={selected} frame={frame} clock={clockOf(props)} status={shown.status} empty={shown.empty} />;
  }

  /** Draw a column that was never on the screen. */
  private renderTitle({ desk, column, selected }: SlotProps): JSX.Element {
    this.strip = columnsWords.nameOf(column.spec);
    return (
      <section class={`column of-${column.spec.width} ${selected ? "selected" : ""}`} data-column={column.id} aria-labelledby={titleIdOf(desk, column)}>
        <div class="head"><h2 id={titleIdOf(desk, column)}><bdi>{this.strip}</bdi></h2></div>
      </section>
    );
  }
}
