// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Desk } from "../../src/state/desk";
import { RankingPager } from "../../src/view/column/RankingPager";
import { openDesk, restoreBrowser, stubBrowser } from "../deskFixtures";

let root: HTMLElement;

/** Draw the end of a ranking without cards. */
async function draw(posts: number, prepare: (desk: Desk) => void = () => undefined): Promise<string> {
  const desk = await openDesk("/?q=storm&sort=likes");
  const { column } = desk;
  vi.spyOn(column.run.posts, "size", "get").mockReturnValue(posts);
  prepare(desk);
  void act(() => render(<RankingPager desk={desk} column={column} total={0} isEmpty />, root));
  return root.textContent;
}

beforeEach(() => {
  stubBrowser();
  root = document.body.appendChild(document.createElement("main"));
});
afterEach(() => {
  render(null, root);
  root.remove();
  restoreBrowser();
});

describe("a ranking without cards", () => {
  it("names the filters only where a filter hides posts", async () => {
    expect(await draw(0)).toBe("No stored post matches this search.");
    expect(await draw(1)).toMatch(/^Only reposts match/u);
    expect(await draw(1, (desk) => desk.deck.setColumn({ hide: { ...desk.column.spec.hide, withoutMedia: true } }))).toBe("All posts are hidden by your filters.");
  });

  it("says that all is read where what is read is cleared away", async () => {
    expect(await draw(1, (desk) => desk.column.run.list.setCleared(() => false))).toBe("Everything here is read.");
  });
});
