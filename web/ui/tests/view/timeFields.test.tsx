// @vitest-environment happy-dom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { showUtc } from "../../src/text/shownZone";
import { TimeFields } from "../../src/view/column/TimeFields";

const AT = (text: string): number => Date.parse(`${text}Z`);
let root: HTMLElement;
let gone: object[] = [];
let closed = 0;

function draw(place: { from: number | null; to: number | null }): HTMLInputElement[] {
  void act(() => render(<TimeFields id="t" place={place} first={AT("2026-11-01T00:00")} go={(to) => gone.push(to)} close={() => closed++} />, root));
  return [...root.querySelectorAll("input")];
}

function type(from: string, to: string): string | null {
  const [first, last] = [...root.querySelectorAll("input")] as [HTMLInputElement, HTMLInputElement];
  void act(() => {
    first.value = from;
    last.value = to;
    root.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true, bubbles: true }));
  });
  return root.querySelector("[role=alert]")?.textContent ?? null;
}

beforeEach(() => {
  showUtc(true);
  [gone, closed] = [[], 0];
  root = document.body.appendChild(document.createElement("main"));
});
afterEach(() => {
  showUtc(false);
  render(null, root);
  root.remove();
});

describe("the time fields", () => {
  it("show the chosen time with the zone beside, and follow it when it is chosen elsewhere", () => {
    expect(draw({ from: null, to: null }).map((one) => one.value)).toEqual(["", ""]);
    expect(document.activeElement).toBe(root.querySelector("input"));
    expect(draw({ from: AT("2026-11-02T10:00"), to: AT("2026-11-02T11:30:05") }).map((one) => one.value)).toEqual(["2026-11-02T10:00", "2026-11-02T11:30:05"]);
    expect(root.querySelector(".zone")?.textContent).toBe("UTC");
  });

  it("show a span by Enter; an empty field is the first match, or now", () => {
    draw({ from: null, to: null });
    expect(type("2026-11-02T10:00", "2026-11-02T11:00")).toBeNull();
    expect(type("", "2026-11-02T11:00")).toBeNull();
    expect(type("2026-11-02T10:00", "")).toBeNull();
    expect(gone.slice(0, 2)).toEqual([{ from: AT("2026-11-02T10:00"), to: AT("2026-11-02T11:00") }, { from: AT("2026-11-01T00:00"), to: AT("2026-11-02T11:00") }]);
    expect((gone[2] as { to: number }).to).toBeGreaterThan(AT("2026-11-02T11:00"));
  });

  it("say which field is wrong and go there, and go nowhere else", () => {
    const [from, to] = draw({ from: null, to: null });
    expect(type("2026-11-02T10:00", "2026-11-02T10:00")).toBe("The time ends before it begins, or with it.");
    expect(to?.getAttribute("aria-invalid")).toBe("true");
    expect(document.activeElement).toBe(to);
    Object.defineProperty(from, "validity", { value: { badInput: true } });  // what a browser says of a half-typed date
    expect(type("", "2026-11-02T10:00")).toBe("The first field holds no time.");
    expect(document.activeElement).toBe(from);
    expect(gone).toEqual([]);
  });

  it("close by Escape", () => {
    const [from] = draw({ from: null, to: null });
    from?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(closed).toBe(1);
  });
});
