/**
 * Cloud layout worker: runs the layout of the word cloud (`cloudLayout.ts`) outside the page on an offscreen canvas, one job after the
 * other, and posts the placed words back with the number of their job.
 */
import { layOutCloud, type CloudJob } from "./cloudLayout";

const scope = self as unknown as { onmessage: (event: MessageEvent<CloudJob>) => void; postMessage(message: unknown): void };

scope.onmessage = ({ data }) => {
  const canvas = (): HTMLCanvasElement => new OffscreenCanvas(1, 1) as unknown as HTMLCanvasElement;
  layOutCloud(data, canvas, (placed) => scope.postMessage({ number: data.number, placed }));
};
