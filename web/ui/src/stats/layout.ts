/** Asks for layouts of the word cloud: of a worker, or where a worker has no canvas of this page itself. */
import type { CloudJob, Placed } from "./cloud";

type Done = (placed: Placed[]) => void;

let worker: Worker | null = null;
let asked = 0;
let waiting: { number: number; done: Done } | null = null;

function ask(job: CloudJob): void {
  worker ??= new Worker(new URL("./cloud.worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<{ number: number; placed: Placed[] }>) => {
    if (waiting?.number === data.number) waiting.done(data.placed);
  };
  worker.postMessage(job);
}

/** Lay words out and call back once; a newer request, or the returned function, makes this one be forgotten. */
export function requestLayout(given: Omit<CloudJob, "number">, done: Done): () => void {
  const mine = { number: ++asked, done };
  const job = { ...given, number: mine.number };
  waiting = mine;
  if (typeof Worker === "function" && typeof OffscreenCanvas === "function") ask(job);
  else
    void import("./cloud").then(({ layOut }) => layOut(job, () => document.createElement("canvas"), (placed) => {
      if (waiting === mine) done(placed);
    }));
  return () => {
    if (waiting === mine) waiting = null;
  };
}
