/** German words of the menus of a card and of a word, of the dialog that says why a post matches, and of the pinned posts. */
import { isolate } from "../../text/bidiIsolate";
import { formatCount, formatNumber } from "../../text/formatNumber";
import { formatExactTime } from "../../text/formatTime";

export const cardMenu = "Aktionen für diesen Beitrag";
export const cardMenuOf = (handle: string) => `Aktionen für den Beitrag von @${isolate(handle)}`;
export const wordMenu = (word: string) => `Aktionen für ${isolate(word)}`;
export const wordsMenu = "Wörter dieses Beitrags";
export const openMenu = "Weitere Aktionen";

export const conversation = "Gespräch und Fassungen";
export const byAuthor = (handle: string) => `Spalte mit Beiträgen von @${isolate(handle)}`;
export const why = "Warum passt das?";
export const copyLink = "Link kopieren";
export const pin = "Anheften";
export const unpin = "Lösen";
export const addNote = "Notiz hinzufügen";
export const editNote = "Notiz ändern";
export const handled = "Als erledigt markieren";
export const notHandled = "Als unerledigt markieren";
export const mute = (what: string) => `${isolate(what)} stummschalten`;
export const words = "Wörter dieses Beitrags …";
export const openAt = (network: string) => `Auf ${network} öffnen`;

export const add = "Zur Suche hinzufügen";
export const exclude = "Von der Suche ausschließen";
export const newColumn = "Neue Spalte";
export const copy = "Kopieren";

export const toastCopied = "Kopiert";
export const toastNotCopied = "Dieser Browser lässt eine Seite nicht kopieren. Die Adresse der Seite lässt sich markieren.";
export const toastPinned = "Angeheftet";
export const toastUnpinned = "Gelöst";
export const toastHandled = "Als erledigt markiert";
export const toastNotHandled = "Als unerledigt markiert";
export const toastNoWords = "Dieser Beitrag hat keine Wörter.";

export const whyTitle = "Warum passt das?";
export const whyMatches = (search: string) => `Dieser Beitrag passt zu ${isolate(search)}.`;
export const whyDoesNot = (search: string) => `Dieser Beitrag passt nicht mehr zu ${isolate(search)}.`;
export const whyParts = "Teile der Suche";
export const whyHas = "gefunden";
export const whyLacks = "nicht gefunden";
export const whyMarked = (times: number) => `${formatNumber(times)}-mal im Text markiert`;
export const whyElsewhere = "nicht im Text: im Autor, einer Zahl, einem Link oder einem anderen Feld";
export const whyLoading = "Der Server wird gefragt …";
export const whyFailed = (why: string) => `Keine Erklärung: ${why}`;

export const pinned = "Angeheftet";
export const pinnedShow = (count: number) => (count ? `Angeheftete Beiträge, ${formatNumber(count)}` : "Angeheftete Beiträge");
export const pinnedClose = "Angeheftete Beiträge schließen";
export const pinnedNone = "Kein Beitrag ist angeheftet. Das geht im Menü eines Beitrags: Eingabetaste auf einem Beitrag.";
export const pinnedHideHandled = "Erledigte ausblenden";
export const pinnedHidden = (count: number) => `${formatCount(count, "erledigter Beitrag", "erledigte Beiträge")} ausgeblendet`;
export const pinnedAt = (at: number) => `Angeheftet ${formatExactTime(at)}`;
export const pinnedGone = (at: number) => `An der Quelle gelöscht; bemerkt ${formatExactTime(at)}. Davon bleibt nur deine Notiz.`;
export const pinnedLoading = "Lädt …";
export const pinnedFailed = (why: string) => `Dieser Beitrag kann nicht gezeigt werden: ${why}`;
export const pinnedNotStored = "Dieser Beitrag ist nicht mehr gespeichert.";
export const noteLabel = "Notiz";
export const noteHint = "Notiz schreiben";
export const noteSave = "Speichern";
export const noteCancel = "Abbrechen";
export const noteLeft = (left: number) => `noch ${formatCount(left, "Zeichen", "Zeichen")}`;
export const isHandled = "erledigt";
