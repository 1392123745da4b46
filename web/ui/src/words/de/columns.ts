/** German words of a deck's columns: adding, removing, moving, titles, widths, alerts, strips and hidden posts. */
import { isolate } from "../../text/bidiIsolate";
import { formatCompact, formatCount, formatNumber } from "../../text/formatNumber";
import { allPosts } from "./column";

/** Return the name of a column for readers. */
export const nameOf = ({ title, query }: { title: string; query: string }) => title || (query === "*" ? allPosts : query);

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
export const stripState = (unread: number, spiking: boolean) =>
  [unread ? formatCount(unread, "neuer Beitrag", "neue Beiträge") : "", spiking ? spikeMark : ""].filter(Boolean).join(", ");
export const unreadShort = (count: number) => formatCompact(count);
export const spikeMark = "viel mehr Beiträge als sonst";
export const alerted = "Neue Beiträge seit dem letzten Blick";

export const moveLeft = "Nach links";
export const moveRight = "Nach rechts";
export const duplicate = "Verdoppeln";
export const remove = "Entfernen";
export const removeNamed = (name: string) => `Spalte ${isolate(name)} entfernen`;
export const moveNamed = (name: string, left: boolean) => `${isolate(name)} nach ${left ? "vorn" : "hinten"}`;

export const toastRemoved = (name: string) => `Spalte ${isolate(name)} entfernt`;
export const toastMoved = (name: string, at: number, of: number) => `${isolate(name)} ist Spalte ${place(at, of)}`;
export const toastFull = (most: number) => `Nicht hinzugefügt: höchstens ${formatNumber(most)} Spalten.`;
export const toastLongAddress = "Die Spalten passen nicht mehr in die Adresse. Zum Teilen das Deck unter einem Namen speichern.";

export const menuTitleField = "Titel";
export const menuTitleHint = "Wozu die Spalte dient; leer: ihre Suche";
export const menuColumn = "Spalte";
export const menuWidth = "Breite";
export const menuWidths = { narrow: "schmal", normal: "normal", wide: "breit" };
export const menuDepth = "Zu ladende Beiträge";
export const menuAlert = "Bei neuen Beiträgen";
export const menuAlerts = { none: "nichts", badge: "eine Markierung", sound: "ein Ton", notification: "eine Benachrichtigung" };
export const menuQuotes = "Zitate";
export const menuSensitive = "Als heikel markierte Beiträge";
export const menuHiddenLanguages = "Nicht diese Sprachen";
export const menuHereOnly = "Nur in dieser Spalte ausgeblendet";
export const menuHereOnlyHint = "Wort, #Tag oder @Konto";
export const notificationsRefused = "Dieser Browser erlaubt hier keine Benachrichtigungen: Stattdessen erscheint eine Markierung.";
export const notificationText = (count: number) => formatCount(count, "neuer Beitrag", "neue Beiträge");

/** Why a post is hidden. `value`: the word, the account or the language. */
export const hiddenBecause = (kind: keyof typeof HIDDEN_BECAUSE, value: string) => `Ausgeblendet: ${HIDDEN_BECAUSE[kind]}${value ? ` ${isolate(value)}` : ""}`;
const HIDDEN_BECAUSE = {
  reposts: "nur als Repost gesehen", replies: "eine Antwort", quotes: "ein Zitat", sensitive: "als heikel markiert", withoutMedia: "ohne Medien",
  language: "Sprache", word: "stummgeschaltetes Wort", author: "stummgeschaltetes Konto",
};
