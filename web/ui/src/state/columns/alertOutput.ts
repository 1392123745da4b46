/**
 * Alert output: plays a short sound, and shows notifications of the browser, for which it asks the reader's permission once an alert is
 * chosen. A click on a notification brings the page forward and selects its column. On a wall
 * there is neither.
 */
import { columnsWords } from "../../words";
import type { Column } from "../column";
import { readWall } from "../page/wallMode";
import type { AlertOutput } from "./alerts";

/** Pitch and length of the two tones. */
const TONES_HZ = [660, 880];
const TONE_S = 0.12;
const LOUDNESS = 0.08;

export class BrowserAlertOutput implements AlertOutput {
  private audio: AudioContext | null = null;

  constructor(private readonly select: (column: Column) => void) {}

  sound(): void {
    if (readWall(location.search)) return;
    if (typeof AudioContext === "undefined") return;
    this.audio ??= new AudioContext();
    const { audio } = this;
    // A page that was never clicked may not sound: then the context stays suspended, and nothing is queued.
    void audio.resume().then(() => {
      for (const [at, pitch] of TONES_HZ.entries()) {
        const [tone, volume] = [audio.createOscillator(), audio.createGain()];
        const begin = audio.currentTime + at * TONE_S;
        tone.frequency.value = pitch;
        volume.gain.setValueAtTime(LOUDNESS, begin);
        volume.gain.exponentialRampToValueAtTime(0.001, begin + TONE_S);
        tone.connect(volume).connect(audio.destination);
        tone.start(begin);
        tone.stop(begin + TONE_S);
      }
    });
  }

  notify(column: Column, count: number): void {
    if (readWall(location.search)) return;
    if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
    try {
      const shown = new Notification(columnsWords.nameOf(column.spec), { body: columnsWords.notificationText(count), tag: `column-${column.id}` });
      shown.onclick = () => {
        focus();
        this.select(column);
        shown.close();
      };
    } catch {
      // Some browsers on phones allow notifications of service workers only.
    }
  }
}

/** Ask the reader for the permission to notify, if that was not decided before. Return whether it is granted. */
export async function askToNotify(): Promise<boolean> {
  if (typeof Notification === "undefined") return false;
  return (Notification.permission === "default" ? await Notification.requestPermission() : Notification.permission) === "granted";
}
