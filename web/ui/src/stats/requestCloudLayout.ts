/** Asks for layouts of the word cloud: of a worker, or where a worker has no canvas of this page itself. */
import { lazyImport } from "../wire/lazyImport";
import type { CloudJob, PlacedWord } from "./cloudLayout";

type Done = (placed: PlacedWord[]) => void;

let worker: Worker | null = null;
/** The worker's code could not be loaded: after a deploy its file has another name. */
let gone = false;
let asked = 0;
let waiting: { job: CloudJob; done: Done } | null = null;

function ask(job: CloudJob): void {
  if (!worker) {
    worker = new Worker(new URL("./cloudLayout.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<{ number: number; placed: PlacedWord[] }>) => {
      if (waiting?.job.number === data.number) waiting.done(data.placed);
    };
    worker.onerror = () => {
      gone = true;
      worker?.terminate();
      worker = null;
      if (waiting) layOutHere(waiting.job);
    };
  }
  worker.postMessage(job);
}

function layOutHere(job: CloudJob): void {
  void lazyImport(() => import("./cloudLayout")).then((part) => part?.layOutCloud(job, () => document.createElement("canvas"), (placed) => {
    if (waiting?.job === job) waiting.done(placed);
  }));
}

/** Lay words out and call back once; a newer request, or the returned function, makes this one be forgotten. */
export function requestLayout(given: Omit<CloudJob, "number">, done: Done): () => void {
  const job = { ...given, number: ++asked };
  waiting = { job, done };
  if (!gone && typeof Worker === "function" && typeof OffscreenCanvas === "function") ask(job);
  else layOutHere(job);
  return () => {
    if (waiting?.job === job) waiting = null;
  };
}
