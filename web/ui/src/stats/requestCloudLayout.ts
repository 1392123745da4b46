/**
 * Cloud layout requests: run the layout of the word cloud in a worker, or in the page where the browser gives workers no canvas or the
 * worker cannot be loaded. Only the newest request is answered, and its caller can cancel it.
 */
import { lazyImport } from "../wire/lazyImport";
import type { CloudJob, PlacedWord } from "./cloudLayout";

type Done = (placed: PlacedWord[]) => void;

let worker: Worker | null = null;
/** Whether the worker's code failed to load, as after a deploy that renamed its file. */
let workerFailed = false;
let requestCount = 0;
let newest: { job: CloudJob; done: Done } | null = null;

function layOutInWorker(job: CloudJob): void {
  if (!worker) {
    worker = new Worker(new URL("./cloudLayout.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<{ number: number; placed: PlacedWord[] }>) => {
      if (newest?.job.number === data.number) newest.done(data.placed);
    };
    worker.onerror = () => {
      workerFailed = true;
      worker?.terminate();
      worker = null;
      if (newest) layOutInPage(newest.job);
    };
  }
  worker.postMessage(job);
}

function layOutInPage(job: CloudJob): void {
  void lazyImport(() => import("./cloudLayout")).then((part) => part?.layOutCloud(job, () => document.createElement("canvas"), (placed) => {
    if (newest?.job === job) newest.done(placed);
  }));
}

/** Request a layout and call `done` once. A newer request, or the returned function, cancels the call. */
export function requestLayout(given: Omit<CloudJob, "number">, done: Done): () => void {
  const job = { ...given, number: ++requestCount };
  newest = { job, done };
  if (!workerFailed && typeof Worker === "function" && typeof OffscreenCanvas === "function") layOutInWorker(job);
  else layOutInPage(job);
  return () => {
    if (newest?.job === job) newest = null;
  };
}
