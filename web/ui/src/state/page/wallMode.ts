/**
 * Wall mode: read from the address (`?wall`, `&delay=10`) that the page is shown on a wall, and hold posts back so long that deletions come
 * first. A post waits from the moment this page has it; one of the history waits only where it is younger than the delay. An edited post waits
 * anew. What is deleted or stops matching meanwhile is never shown.
 */
import type { Card } from "../../posts/cardIndex";

export interface WallMode {
  delayMs: number;
}

const DELAY_DEFAULT_S = 10;
const DELAY_MAX_S = 300;

/** Return the wall mode of an address; null where it asks for none. An invalid delay is the default. */
export function readWall(search: string): WallMode | null {
  const params = new URLSearchParams(search);
  if (!params.has("wall") || params.get("wall") === "0") return null;
  const text = params.get("delay") ?? "";
  const delay = /^\d+(\.\d+)?$/u.test(text) ? Number(text) : DELAY_DEFAULT_S;
  return { delayMs: Math.min(DELAY_MAX_S, delay) * 1000 };
}

/** Return the parameters of an address with the wall mode, or without it. */
export function searchWithWall(search: string, on: boolean): string {
  const parts = search.replace(/^\?/u, "").split("&").filter((part) => part && !/^(?:wall|delay)(?:=|$)/u.test(part));
  if (on) parts.push("wall", `delay=${DELAY_DEFAULT_S}`);
  return parts.length ? `?${parts.join("&")}` : "";
}

export class WallDelay {
  /** Times from which on posts are shown, by id and edit. Only those of the present cards. */
  private dueAt = new Map<string, number>();
  private isFirst = true;

  constructor(private readonly delayMs: number) {}

  /** Return the first `most` cards of a list whose wait is over at `now` (ms). Call it once the history is complete, then regularly. */
  shown(cards: readonly Card[], now: number, most: number): Card[] {
    const dueAt = new Map<string, number>();
    const shown: Card[] = [];
    for (const card of cards) {
      const key = `${card.id} ${card.post.edited_at ?? ""}`;
      const wrote = card.post.edited_at ?? card.post.created_at;
      const due = this.dueAt.get(key) ?? (this.isFirst && wrote <= now ? wrote : now) + this.delayMs;
      dueAt.set(key, due);
      if (due <= now && shown.length < most) shown.push(card);
    }
    this.isFirst = false;
    this.dueAt = dueAt;
    return shown;
  }
}
