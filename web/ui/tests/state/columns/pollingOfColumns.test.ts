// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Desk } from "../../../src/state/desk";
import { fakeApi, openDesk, passWithStats, requestsOf, restoreBrowser, stubBrowser } from "../../deskFixtures";

let desk: Desk;
const counted = (query: string): number => requestsOf(`/api/timeline?q=${query}&`);
/** Return how often columns are counted in 20 s. */
async function inTwentySeconds(...queries: string[]): Promise<number[]> {
  fakeApi.requested.length = 0;
  await passWithStats(20_000);
  return queries.map(counted);
}

beforeEach(stubBrowser);
afterEach(() => {
  vi.restoreAllMocks();
  restoreBrowser();
});

describe("the counts of several columns", () => {
  it("are requested often for the selected column, seldom for visible ones, not at all for others", async () => {
    desk = await openDesk("/?q=storm&q=ferry&q=harbour&q=gale", { panelBesideMany: false });
    const [storm, ferry, harbour] = desk.columns.map(({ id }) => id);
    desk.polling.setVisible(new Set([storm, ferry, harbour] as string[]));
    await passWithStats(10_000);
    const [selected, ...others] = await inTwentySeconds("storm", "ferry", "harbour", "gale");
    expect(selected).toBeGreaterThanOrEqual(9);
    expect(others).toEqual([2, 2, 0]);
    desk.deck.selectBy(1);
    const [before, now] = await inTwentySeconds("storm", "ferry");
    expect([before, (now ?? 0) >= 9]).toEqual([2, true]);
  });

  it("are requested at once for a column that comes into sight", async () => {
    desk = await openDesk("/?q=storm&q=ferry");
    await passWithStats(10_000);
    fakeApi.requested.length = 0;
    desk.polling.setVisible(new Set(desk.columns.map(({ id }) => id)));
    await vi.advanceTimersByTimeAsync(10);
    expect(counted("ferry")).toBe(1);
  });

  it("are not requested in a hidden tab, nor for a collapsed or a removed column", async () => {
    desk = await openDesk("/?q=storm&q=ferry&q=harbour");
    const [storm, ferry, harbour] = desk.columns;
    if (!storm || !ferry || !harbour) throw new Error("A column is missing.");
    desk.polling.setVisible(new Set([storm.id, ferry.id, harbour.id]));
    desk.deck.remove(harbour);
    desk.deck.setCollapsed(ferry, true);
    desk.polling.setVisible(new Set([storm.id]));
    expect((await inTwentySeconds("ferry", "harbour"))).toEqual([0, 0]);
    expect([ferry.run.state, ferry.run.isHeldBy("collapsed")]).toEqual(["paused", true]);
    desk.deck.setCollapsed(ferry, false);
    expect([ferry.run.state, desk.column.id]).toEqual(["live", ferry.id]);
    desk.polling.setVisible(new Set([storm.id, ferry.id]));
    await passWithStats(10_000);
    vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    await passWithStats(20_000);
    expect(await inTwentySeconds("storm", "ferry")).toEqual([0, 0]);
  });
});
