/** German words of a deck's columns: adding, removing, moving, titles, widths, alerts, strips and hidden posts. */
import { isolate } from "../../text/bidiIsolate";
import { formatCompact, formatCount, formatNumber } from "../../text/formatNumber";
import { allPosts } from "./column";

export const nameOf = ({ title, query }: { title: string; query: string }) => title || (query === "*" ? allPosts : query);

const newPosts = (count: number) => formatCount(count, "neuer Beitrag", "neue Beiträge");

export const columns = "Spalten";
export const add = "Spalte hinzufügen";
export const addShort = "Spalte";
export const restore = (name: string) => `${isolate(name)} zurückholen`;
export const place = (at: number, of: number) => `${formatNumber(at)} von ${formatNumber(of)}`;

export const grip = (name: string) => `${isolate(name)} verschieben: ziehen oder Pfeiltaste`;
export const gripTitle = "Ziehen verschiebt die Spalte (oder Pfeiltasten)";
export const editTitle = "Titel ändern";
export const titleField = "Titel der Spalte";
export const collapse = "Zu einem Streifen einklappen";
export const open = (name: string) => `Spalte ${isolate(name)} öffnen`;
export const stripState = (unread: number, spiking: boolean) => [unread ? newPosts(unread) : "", spiking ? spikeMark : ""].filter(Boolean).join(", ");
export const unreadShort = (count: number) => formatCompact(count);
export const spikeMark = "viel mehr Beiträge als sonst";
export const alerted = "Neue Beiträge seit dem letzten Hinsehen";

export const moveLeft = "Nach links";
export const moveRight = "Nach rechts";
export const duplicate = "Verdoppeln";
export const remove = "Entfernen";
export const removeNamed = (name: string) => `Spalte ${isolate(name)} entfernen`;
export const moveNamed = (name: string, left: boolean) => `${isolate(name)} nach ${left ? "vorn" : "hinten"} schieben`;

export const actAdded = (name: string, at: number, of: number) => `Spalte ${isolate(name)} hinzugefügt, ${place(at, of)}`;
export const actRestored = (name: string, at: number, of: number) => `Spalte ${isolate(name)} zurückgeholt, ${place(at, of)}`;
export const toastRemoved = (name: string) => `Spalte ${isolate(name)} entfernt`;
export const toastMoved = (name: string, at: number, of: number) => `${isolate(name)} ist Spalte ${place(at, of)}`;
export const toastFull = (most: number) => `Nicht hinzugefügt: höchstens ${formatNumber(most)} Spalten.`;
export const toastLongAddress = "Die Spalten passen nicht mehr in die Adresse. Unter einem Namen gespeichert lässt sich das Deck teilen.";

export const spike = (times: number) => `${formatNumber(Math.round(times))}×`;
export const spikeTitle = (times: number) => `In der letzten Minute ${formatNumber(Math.round(times))}-mal so viele Beiträge wie sonst in der letzten Stunde`;
export const menuTitleField = "Titel";
export const menuTitleHint = "Wofür die Spalte da ist; leer: ihre Suche";
export const menuColumn = "Spalte";
export const menuWidth = "Breite";
export const menuWidths = { narrow: "schmal", normal: "normal", wide: "breit" };
export const menuDepth = "Beiträge laden";
export const menuAlert = "Wenn neue Beiträge kommen";
export const menuAlerts = { none: "nichts", badge: "ein Zeichen", sound: "ein Ton", notification: "eine Mitteilung" };
export const menuQuotes = "Zitate";
export const menuSensitive = "Als heikel markierte Beiträge";
export const menuHiddenLanguages = "Nicht diese Sprachen";
export const menuHereOnly = "Nur in dieser Spalte ausgeblendet";
export const menuHereOnlyHint = "Wort, #tag oder @konto";
export const notificationsRefused = "Dieser Browser erlaubt hier keine Mitteilungen: stattdessen erscheint ein Zeichen.";
export const notificationText = (count: number) => newPosts(count);

export const hiddenBecause = (kind: keyof typeof HIDDEN_BECAUSE, value: string) => `Ausgeblendet: ${HIDDEN_BECAUSE[kind]}${value ? ` ${isolate(value)}` : ""}`;
const HIDDEN_BECAUSE = {
  reposts: "nur als Repost gesehen", replies: "eine Antwort", quotes: "ein Zitat", sensitive: "als heikel markiert", withoutMedia: "ohne Medien",
  language: "Sprache", word: "stummes Wort", author: "stummes Konto",
};
