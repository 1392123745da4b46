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

  it("continues after an answer that its job cannot use, and reports the failure", async () => {
    const reported: string[] = [];
    let n = 0;
    const poller = new Poller<Answer>({
      request: () => Promise.resolve({ took_ms: 1, n: ++n }),
      onAnswer: (answer) => {
        if (answer.n === 1) throw new TypeError("no buckets");
        reported.push(`took ${answer.n}`);
      },
      onProblem: (error) => reported.push(error.problem.code),
    }, () => 2_000);
    poller.start();
    await vi.advanceTimersByTimeAsync(8_000);
    poller.stop();
    expect(reported.slice(0, 2)).toEqual(["unreadable", "took 2"]);
    expect(console.error).toHaveBeenCalledOnce();
  });

  it("continues after an error, and requests nothing after the job stopped it", async () => {
    const reported: number[] = [];
    const poller: Poller<Answer> = new Poller<Answer>({
      request: () => Promise.reject(new ApiError(reported.length ? 400 : 503, { code: "x", message: "x" })),
      onAnswer: () => undefined,
      onProblem: (error) => {
        reported.push(error.status);
        if (error.status === 400) poller.stop();
      },
    }, () => 2_000);
    poller.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reported).toEqual([503, 400]);
  });

  it("removes its listeners from the document", () => {
    const added = vi.spyOn(document, "addEventListener");
    const removed = vi.spyOn(document, "removeEventListener");
    const poller = new Poller<Answer>({ request: () => Promise.resolve({ took_ms: 1, n: 1 }), onAnswer: () => undefined, onProblem: () => undefined }, () => 2_000);
    for (let run = 0; run < 3; run++) poller.start();
    poller.stop();
    expect(added.mock.calls.map(([name, listener]) => [name, listener])).toEqual(removed.mock.calls.map(([name, listener]) => [name, listener]));
    expect(added).toHaveBeenCalledTimes(3);
  });
});
