/** Wörter des Lesens: ungelesene Zahlen, die Linie, an der Ungelesenes endet, und der Weg zurück. */
import { formatCompact, formatCount, formatNumber } from "../../text/formatNumber";

const plus = (more: boolean) => (more ? "+" : "");

export const unread = (count: number, more: boolean) => `${formatNumber(count)}${plus(more)} ungelesen`;
export const hidden = (count: number) => `${formatCount(count, "ungelesener Beitrag", "ungelesene Beiträge")} von Filtern verborgen`;
export const hiddenShort = (count: number) => `${formatNumber(count)} verborgen`;
export const title = (count: number, page: string) => `(${formatCompact(count)}) ${page}`;
export const markRead = "Als gelesen markieren";
export const markReadTitle = "Alles Gezeigte als gelesen markieren (Taste m)";
export const clear = "Aufräumen";
export const clearTitle = "Gelesenes verbergen, bis Sie mehr verlangen";
export const showRead = "Gelesenes zeigen";
export const allRead = "Hier ist alles gelesen.";
export const line = "Bis hier gelesen";
export const back = "Zurück, wo ich war";
export const unreadPost = "ungelesen";
export const settingReadPast = "Beiträge als gelesen markieren, wenn ich an ihnen vorbeigescrollt bin";
