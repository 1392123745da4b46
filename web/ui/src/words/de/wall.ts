/** German words of the wall mode, which shows columns in turn on a projector. */
import { formatCount, formatNumber } from "../../text/formatNumber";

export const wall = "Beiträge an der Wand";
export const turn = (at: number, of: number) => `Spalte ${formatNumber(at)} von ${formatNumber(of)}`;
export const matches = (count: number) => formatCount(count, "Treffer", "Treffer");
export const empty = "Neue Beiträge erscheinen hier.";
export const foot = (seconds: string) => `Gezeigt ${seconds} s nach Ankunft, damit Löschungen zuerst kommen · Esc beendet`;
