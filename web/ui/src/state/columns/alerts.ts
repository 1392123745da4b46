/**
 * Alerts: marks a column, sounds or notifies when new posts reach it, as its spec asks for. Only posts that arrive live count: no history, no
 * imported post, no post written more than an hour ago, none that the column hides. A column sounds or notifies at most once in some
 * seconds; what arrives meanwhile is told with the next one. A mark stays until the reader looks at the column; a notification tells only of
 * a column that the reader does not see, a sound of any.
 */
import type { Card } from "../../posts/cardIndex";
import type { Column } from "../column";

/** Milliseconds between two sounds or notifications of one column. */
const EVERY_MS = 20_000;
/** Age in milliseconds from which a post that arrives is no news. */
const LATE_MS = 3_600_000;

/** Output of alerts in the browser: sound and notification. */
export interface AlertOutput {
  sound(): void;
  /** Show a notification of `count` posts, where the browser allows it; a click on it selects the column. */
  notify(column: Column, count: number): void;
}

export class Alerts {
  private readonly marked = new Set<string>();
  private readonly pending = new Map<string, { count: number; at: number }>();

  constructor(
    private readonly output: AlertOutput,
    /** Whether the reader sees a column now. */
    private readonly isSeen: (column: Column) => boolean,
  ) {}

  /** Return whether a column has new posts that the reader has not looked at. */
  isMarked(column: Column): boolean {
    return this.marked.has(column.id);
  }

  /** Handle posts that arrived live in a column. `ids`: their ids. */
  arrived(column: Column, ids: readonly string[], now: number): void {
    const { alert } = column.spec;
    if (alert === "none" || column.run.isPast) return;
    const { cards } = column.run.cardIndex;
    const count = ids.map((id) => cards.get(id)).filter((card) => card !== undefined && this.isNews(column, card, now)).length;
    if (!count) return;
    if (!this.isSeen(column)) this.marked.add(column.id);
    if (alert === "badge") return;
    const waiting = this.pending.get(column.id) ?? { count: 0, at: -Infinity };
    this.pending.set(column.id, { ...waiting, count: waiting.count + count });
    this.tell(column, now);
  }

  /** Tell what arrived since the last sound or notification of each column, where that is due; remove the marks of columns that are seen. */
  tick(columns: readonly Column[], now: number): void {
    for (const column of columns) {
      this.tell(column, now);
      if (this.isSeen(column)) this.marked.delete(column.id);
    }
    for (const id of [...this.pending.keys(), ...this.marked]) {
      if (columns.some((column) => column.id === id)) continue;
      this.pending.delete(id);
      this.marked.delete(id);
    }
  }

  private tell(column: Column, now: number): void {
    const waiting = this.pending.get(column.id);
    if (!waiting?.count || now - waiting.at < EVERY_MS) return;
    this.pending.set(column.id, { count: 0, at: now });
    if (column.spec.alert === "sound") this.output.sound();
    else if (column.spec.alert === "notification" && !this.isSeen(column)) this.output.notify(column, waiting.count);
  }

  private isNews({ run }: Column, card: Card, now: number): boolean {
    const { post } = card;
    return !post.imported && now - post.created_at < LATE_MS && run.list.filters.why(card) === null;
  }
}
