import { describe, expect, it } from "vitest";
import { type RenderMargin, type Viewport, visibleRuns } from "../../src/view/column/virtualList";

const CARDS = Array.from({ length: 1_000 }, (_, at) => ({ id: String(at) }));
const NO_HEIGHTS = new Map<string, number>();
const AT_ONCE: RenderMargin = { around: 1, near: 0, bite: Infinity };

/** Return [index of the first card, number of cards] of each run. */
function runs(view: Viewport, focused: string | null, margin: RenderMargin, drawn: string[]): number[][] {
  return visibleRuns(CARDS, NO_HEIGHTS, view, focused, margin, new Set(drawn)).runs.map((run) => [run.first, run.cards.length]);
}

describe("the virtual list", () => {
  const view = { top: 12_000, height: 1_000 };

  it("has the cards near the viewport, and the focused card wherever it is", () => {
    expect(runs(view, "900", AT_ONCE, [])).toEqual([[91, 26], [900, 1], [-1, 0]]);
    const { runs: made, more } = visibleRuns(CARDS, NO_HEIGHTS, view, "900", AT_ONCE, new Set());
    expect(made.reduce((sum, run) => sum + run.space + 120 * run.cards.length, 0)).toBe(120_000);
    expect(more).toBe(false);
  });

  it("adds visible cards at once, and cards around them a few a render, the nearest first", () => {
    const margin = { around: 1, near: 0, bite: 2 };
    expect(runs(view, null, margin, [])).toEqual([[98, 12], [-1, 0]]);
    expect(runs(view, null, margin, ["93", "300"])).toEqual([[93, 1], [98, 12], [-1, 0]]);
  });

  it("is complete after some renders, from any former position, and then needs no more", () => {
    const margin = { around: 1, near: 0.25, bite: 2 };
    const tall = new Map(CARDS.map(({ id }, at) => [id, 40 + ((at * 7919) % 300)]));
    for (const top of [0, 500, 90_000, 12_345, 12_700]) {
      let drawn = new Set(["90", "91", "92", "500"]);
      for (let draw = 0, more = true; more; draw++) {
        expect(draw).toBeLessThan(30);
        const made = visibleRuns(CARDS, tall, { top, height: 800 }, null, margin, drawn);
        const ids = made.runs.flatMap((run) => run.cards.map((card) => card.id));
        const seen = visibleRuns(CARDS, tall, { top, height: 800 }, null, { around: 0, near: 0, bite: Infinity }, new Set());
        for (const card of seen.runs.flatMap((run) => run.cards)) expect(ids).toContain(card.id);
        expect(ids.filter((id) => !drawn.has(id)).length).toBeLessThanOrEqual(2 + 1_200 / 40 + 2);
        drawn = new Set(ids);
        ({ more } = made);
      }
      const whole = visibleRuns(CARDS, tall, { top, height: 800 }, null, { ...margin, bite: Infinity }, new Set());
      expect([...drawn]).toEqual(whole.runs.flatMap((run) => run.cards.map((card) => card.id)));
    }
  });

  it("has all cards in a viewport of infinite height", () => {
    expect(runs({ top: 0, height: Infinity }, null, { around: 1, near: 0.25, bite: 2 }, [])).toEqual([[0, 1_000], [-1, 0]]);
  });

  it("is one empty space for an empty list", () => {
    expect(visibleRuns([], NO_HEIGHTS, view, null, AT_ONCE, new Set())).toEqual({ runs: [{ space: 0, first: -1, cards: [], key: "end" }], more: false });
  });
});
