import { describe, expect, it } from "vitest";
import { PauseMachine } from "../../../src/state/list/pauseMachine";

describe("the pause machine", () => {
  it("pauses with the first cause and resumes with the last", () => {
    const pauses = new PauseMachine();
    expect([pauses.hold("scroll"), pauses.hold("focus"), pauses.hold("focus")]).toEqual([true, false, false]);
    expect([pauses.release("scroll"), pauses.isPaused, pauses.has("focus")]).toEqual([false, true, true]);
    expect([pauses.release("focus"), pauses.isPaused]).toEqual([true, false]);
  });

  it("does not resume for a cause that was never held", () => {
    const pauses = new PauseMachine();
    expect(pauses.release("touch")).toBe(false);
    pauses.hold("reader");
    expect([pauses.release("touch"), pauses.isPaused]).toEqual([false, true]);
  });

  it("releases every cause at once, and returns whether one was held", () => {
    const pauses = new PauseMachine();
    expect(pauses.clear()).toBe(false);
    for (const cause of ["reader", "scroll", "dialog"] as const) pauses.hold(cause);
    expect([pauses.clear(), pauses.isPaused, pauses.has("reader")]).toEqual([true, false, false]);
  });
});
