// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Poller } from "../../src/state/poller";
import { ApiError } from "../../src/wire/api";

interface Answer {
  took_ms: number;
  n: number;
}

describe("a poller", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(console, "error").mockImplementation(() => undefined);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("goes on after an answer that it could not take, and says so", async () => {
    const told: string[] = [];
    let n = 0;
    const poller = new Poller<Answer>({
      ask: () => Promise.resolve({ took_ms: 1, n: ++n }),
      onAnswer: (answer) => {
        if (answer.n === 1) throw new TypeError("no buckets");
        told.push(`took ${answer.n}`);
      },
      onProblem: (error) => told.push(error.problem.code),
    }, 2_000);
    poller.start();
    await vi.advanceTimersByTimeAsync(8_000);
    poller.stop();
    expect(told.slice(0, 2)).toEqual(["unreadable", "took 2"]);
    expect(console.error).toHaveBeenCalledOnce();
  });

  it("goes on after an answer that is an error, and none after it was stopped for that", async () => {
    const told: number[] = [];
    const poller: Poller<Answer> = new Poller<Answer>({
      ask: () => Promise.reject(new ApiError(told.length ? 400 : 503, { code: "x", message: "x" })),
      onAnswer: () => undefined,
      onProblem: (error) => {
        told.push(error.status);
        if (error.status === 400) poller.stop();
      },
    }, 2_000);
    poller.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual([503, 400]);
  });

  it("leaves nothing behind at the document", () => {
    const added = vi.spyOn(document, "addEventListener");
    const removed = vi.spyOn(document, "removeEventListener");
    const poller = new Poller<Answer>({ ask: () => Promise.resolve({ took_ms: 1, n: 1 }), onAnswer: () => undefined, onProblem: () => undefined }, 2_000);
    for (let run = 0; run < 3; run++) poller.start();
    poller.stop();
    expect(added.mock.calls.map(([name, listener]) => [name, listener])).toEqual(removed.mock.calls.map(([name, listener]) => [name, listener]));
    expect(added).toHaveBeenCalledTimes(3);
  });
});
