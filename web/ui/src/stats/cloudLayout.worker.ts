/** Cloud layout worker: runs the layout of the word cloud outside the page, one job after the other. */
import { layOutCloud, type CloudJob } from "./cloudLayout";

const scope = self as unknown as { onmessage: (event: MessageEvent<CloudJob>) => void; postMessage(message: unknown): void };

scope.onmessage = ({ data }) => {
  const canvas = (): HTMLCanvasElement => new OffscreenCanvas(1, 1) as unknown as HTMLCanvasElement;
  layOutCloud(data, canvas, (placed) => scope.postMessage({ number: data.number, placed }));
};
