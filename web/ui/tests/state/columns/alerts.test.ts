import { beforeEach, describe, expect, it } from "vitest";
import { Column } from "../../../src/state/column";
import { Alerts } from "../../../src/state/columns/alerts";
import type { ColumnSpec } from "../../../src/state/columnSpec";
import { filtersOf } from "../../../src/state/list/postFilter";
import type { Post } from "../../../src/wire/post";
import { post } from "../../postFixtures";
import { runOf, SPEC } from "../../runFixtures";

const NOW = 1_800_000_000_000;
let told: string[];
let seen: boolean;
let alerts: Alerts;

function columnWith(change: Partial<ColumnSpec>): Column {
  const column = new Column({ ...SPEC, ...change }, (spec) => runOf(spec));
  column.change({}, true);
  column.run.applyFrame({ type: "history", id: "a", key: "k", posts: [post("old", { created_at: NOW })], done: true, after: 1 }, 0);
  return column;
}

/** Let posts arrive live in a column, as the desk does. */
function arrive(column: Column, posts: Post[], now = NOW): void {
  column.run.applyFrame({ type: "posts", key: "k", posts, after: 2 }, 0);
  alerts.arrived(column, column.run.arrivedIds, now);
}
const news = (id: string, changes: Partial<Post> = {}): Post => post(id, { created_at: NOW, ...changes });

beforeEach(() => {
  [told, seen] = [[], false];
  alerts = new Alerts({ sound: () => told.push("sound"), notify: (column, count) => told.push(`${column.spec.query}: ${count}`) > 0 }, () => seen);
});

describe("the alerts of a column", () => {
  it("tell what arrives live, at most once in twenty seconds", () => {
    const column = columnWith({ alert: "notification" });
    arrive(column, [news("a"), news("b")]);
    arrive(column, [news("c")]);
    arrive(column, [news("d")]);
    alerts.tick([column], NOW + 19_000);
    expect(told).toEqual(["*: 2"]);
    alerts.tick([column], NOW + 20_000);
    alerts.tick([column], NOW + 90_000);
    expect(told).toEqual(["*: 2", "*: 2"]);
  });

  it.each([
    ["history", {}, () => undefined],
    ["an imported post", { imported: true }, undefined],
    ["a post written more than an hour ago", { created_at: NOW - 3_600_001 }, undefined],
    ["a post that the column hides", { text: "gale" }, undefined],
  ])("do not tell %s", (_name, changes, put) => {
    const column = columnWith({ alert: "sound" });
    column.run.list.setFilter(filtersOf(SPEC.hide, ["gale"]));
    if (put) alerts.arrived(column, column.run.arrivedIds, NOW);
    else arrive(column, [news("a", changes)]);
    expect([told, alerts.isMarked(column)]).toEqual([[], false]);
  });

  it("do not tell a post twice, an edit, or what a past span loads", () => {
    const column = columnWith({ alert: "sound" });
    arrive(column, [news("old", { version: NOW + 5, text: "edited" })]);
    expect(told).toEqual([]);
    arrive(columnWith({ alert: "sound", from: 1, to: 2 }), [news("x")]);
    expect(told).toEqual([]);
  });

  it("mark a column until the reader sees it; a mark is silent, a sound is heard in any case, a notification is not shown for what is seen", () => {
    const [badge, sound, notified, none] = (["badge", "sound", "notification", "none"] as const).map((alert) => columnWith({ alert, id: alert, query: alert }));
    if (!badge || !sound || !notified || !none) throw new Error("A column is missing.");
    arrive(badge, [news("a")]);
    expect([alerts.isMarked(badge), told]).toEqual([true, []]);
    seen = true;
    alerts.tick([badge, sound, notified, none], NOW);
    for (const column of [sound, notified, none]) arrive(column, [news("a")]);
    expect([alerts.isMarked(badge), alerts.isMarked(sound), told]).toEqual([false, false, ["sound"]]);
  });

  it("forget a column that was removed", () => {
    const column = columnWith({ alert: "badge" });
    arrive(column, [news("a")]);
    alerts.tick([], NOW);
    expect(alerts.isMarked(column)).toBe(false);
  });
});
