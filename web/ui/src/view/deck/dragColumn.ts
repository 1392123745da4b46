/**
 * Drag of a column by its grip, with mouse, pen or finger: a line shows where the column goes, the deck scrolls at its edges, Escape leaves
 * the column where it was. Arrow keys on the grip do the same; the grip keeps the focus.
 */
import type { Column } from "../../state/column";
import type { Desk } from "../../state/desk";
import { columnElementOf } from "../column/columnElements";

/** Distance from which a press counts as a drag. */
const BEGINS_PX = 5;
/** Width of the edges at which the deck scrolls, and its speed there. */
const EDGE_PX = 48;
const SCROLL_PX_A_FRAME = 12;

/** Return the index at which a column dropped at `x` stands: before the first other column whose middle lies beyond `x`. */
export function dropIndex(x: number, others: readonly { left: number; width: number }[], rightToLeft: boolean): number {
  const beyond = others.findIndex(({ left, width }) => (rightToLeft ? x > left + width / 2 : x < left + width / 2));
  return beyond < 0 ? others.length : beyond;
}

class ColumnDrag {
  private frame = 0;
  private moved = false;
  private at: number;
  private readonly deck: HTMLElement;
  private readonly rightToLeft: boolean;
  private readonly abort = new AbortController();

  constructor(
    private readonly desk: Desk,
    private readonly column: Column,
    private readonly element: HTMLElement,
    private readonly grip: HTMLElement,
    private x: number,
  ) {
    this.at = desk.deck.list.indexOf(column);
    this.deck = element.parentElement ?? element;
    this.rightToLeft = getComputedStyle(this.deck).direction === "rtl";
    const begunAt = x;
    const { signal } = this.abort;
    grip.addEventListener("pointermove", (event) => {
      this.x = event.clientX;
      if (!this.moved && Math.abs(this.x - begunAt) < BEGINS_PX) return;
      this.moved = true;
      this.frame ||= requestAnimationFrame(() => this.follow());
    }, { signal });
    grip.addEventListener("pointerup", () => this.end(true), { signal });
    grip.addEventListener("lostpointercapture", () => this.end(false), { signal });
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.end(false);
    }, { signal, capture: true });
  }

  private others(): HTMLElement[] {
    return [...this.deck.querySelectorAll<HTMLElement>(":scope > [data-column]")].filter((one) => one !== this.element);
  }

  private follow(): void {
    this.frame = 0;
    const { left, right } = this.deck.getBoundingClientRect();
    const step = this.x < left + EDGE_PX ? -SCROLL_PX_A_FRAME : this.x > right - EDGE_PX ? SCROLL_PX_A_FRAME : 0;
    if (step) {
      this.deck.scrollLeft += step;
      this.frame = requestAnimationFrame(() => this.follow());
    }
    const others = this.others();
    this.at = dropIndex(this.x, others.map((one) => one.getBoundingClientRect()), this.rightToLeft);
    this.element.dataset.dragged = "";
    for (const [index, other] of others.entries()) {
      const side = index === this.at ? "before" : index === others.length - 1 && this.at === others.length ? "after" : null;
      if (side) other.dataset.drop = side;
      else delete other.dataset.drop;
    }
  }

  private end(drop: boolean): void {
    this.abort.abort();
    cancelAnimationFrame(this.frame);
    for (const other of this.others()) delete other.dataset.drop;
    delete this.element.dataset.dragged;
    if (drop && this.moved) this.desk.deck.move(this.column, this.at);
    if (this.moved) this.grip.focus({ preventScroll: true });
  }
}

/** Begin to drag a column at a press on its grip. */
export function beginDrag(event: PointerEvent, desk: Desk, column: Column): void {
  const element = columnElementOf(column);
  const { currentTarget: grip } = event;
  if (event.button || !element || !(grip instanceof HTMLElement)) return;
  grip.setPointerCapture(event.pointerId);
  new ColumnDrag(desk, column, element, grip, event.clientX);
}

/** Move a column by an arrow key on its grip. */
export function moveByKey(event: KeyboardEvent, desk: Desk, column: Column): void {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  event.preventDefault();
  const rightToLeft = event.currentTarget instanceof Element && getComputedStyle(event.currentTarget).direction === "rtl";
  desk.deck.moveBy(column, (event.key === "ArrowLeft") === rightToLeft ? 1 : -1);
}
