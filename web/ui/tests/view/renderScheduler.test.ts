import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RenderScheduler, TORRENT_A_MINUTE } from "../../src/view/renderScheduler";

describe("the render scheduler", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("requestAnimationFrame", (draw: () => void) => setTimeout(draw, 16));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  function drawsIn(ms: number, perMinute: number, cause: "reader" | "wire"): number {
    const draw = vi.fn();
    const scheduler = new RenderScheduler(draw, () => perMinute);
    for (let at = 0; at < ms; at += 2) {
      scheduler.request(cause);
      vi.advanceTimersByTime(2);
    }
    return draw.mock.calls.length;
  }

  it("renders five times a second in a torrent, some thirty times in a stream, and at every frame for the reader", () => {
    expect(drawsIn(10_000, TORRENT_A_MINUTE + 1, "wire")).toBeLessThanOrEqual(51);
    expect(drawsIn(10_000, TORRENT_A_MINUTE + 1, "wire")).toBeGreaterThan(40);
    expect(drawsIn(10_000, 60, "wire")).toBeLessThanOrEqual(334);
    expect(drawsIn(10_000, TORRENT_A_MINUTE + 1, "reader")).toBeGreaterThan(500);
  });

  it("renders at once for the reader while a render of the wire waits, and never without a request", () => {
    const draw = vi.fn();
    const scheduler = new RenderScheduler(draw, () => TORRENT_A_MINUTE + 1);
    scheduler.request("wire");
    vi.advanceTimersByTime(20);
    scheduler.request("wire");
    scheduler.request("reader");
    vi.advanceTimersByTime(20);
    expect(draw).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(10_000);
    expect(draw).toHaveBeenCalledTimes(2);
  });

  it("renders seldom while the reader scrolls, and often again afterwards", () => {
    const draw = vi.fn();
    const scheduler = new RenderScheduler(draw, () => 60);
    const stream = (ms: number, moved: boolean): number => {
      draw.mockClear();
      for (let at = 0; at < ms; at += 10) {
        if (moved) scheduler.onScroll();
        scheduler.request("wire");
        vi.advanceTimersByTime(10);
      }
      return draw.mock.calls.length;
    };
    stream(100, false);
    expect(stream(5_000, true)).toBeLessThanOrEqual(12);
    expect(stream(2_000, false)).toBeGreaterThan(30);
  });

  it("waits a short time for the first posts, once", () => {
    let ready = false;
    const draw = vi.fn();
    const scheduler = new RenderScheduler(draw, () => 0, () => ready);
    scheduler.request();
    vi.advanceTimersByTime(60);
    expect(draw).not.toHaveBeenCalled();
    ready = true;
    scheduler.request("wire");
    vi.advanceTimersByTime(20);
    expect(draw).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1_000);
    expect(draw).toHaveBeenCalledTimes(1);
    const late = vi.fn();
    new RenderScheduler(late, () => 0, () => false).request();
    vi.advanceTimersByTime(200);
    expect(late).toHaveBeenCalledTimes(1);
  });
});
