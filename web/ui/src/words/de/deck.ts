/**
 * German words of the page around the columns: top bar, search box, notices, status bar, toasts, titles of dialogs, names of themes,
 * messages of failed parts, and announcements for screen readers.
 */
import { isolate } from "../../text/bidiIsolate";
import { formatCount, formatNumber, formatRate } from "../../text/formatNumber";

export const name = "Murmuration";
export const shortName = "M";
export const page = "Die Seite";
export const panel = "Die Auswertung";
export const dialog = "Der Dialog";
export const insight = "Auswertung";
export const VIEW_NAMES = { posts: "Beiträge", insight, columns: "Spalten" };
export const views = "Ansichten";
export const skipToPosts = "Zu den Beiträgen springen";
export const skipToPanel = "Zur Auswertung springen";
export const skipToViews = "Zu den Ansichten springen";
export const closePanel = "Auswertung schließen";
export const closeDialog = "Schließen";
export const cannotBeShown = (part: string) => `${part} kann nicht gezeigt werden.`;
export const tryAgain = "Noch einmal";
export const saved = "Gemerkt";
export const savedTitle = "Gemerkte und letzte Suchen";
export const theme = (theme: string) => `Farben: ${theme}`;
export const changeTheme = (theme: string, next: string) => `Farben: ${theme}. Wechseln zu ${next}`;
export const insightPanel = "Auswertung";
export const help = "Hilfe, Tasten und Einstellungen";

export const DIALOG_TITLES = {
  help: "Hilfe und Einstellungen", language: "Suchsprache", coverage: "Abdeckung und Lücken", saved: "Suchen", column: "Diese Spalte", decks: "Decks", "deck-conflict": "Jemand anderes hat dieses Deck gespeichert", why: "Warum passt das?", "sign-in": "Anmelden", palette: "Alle Aktionen",
};

export const THEME_NAMES = { system: "wie das System", light: "hell", dark: "dunkel", contrast: "hoher Kontrast" };

export const searchBoxLabel = "Suche";
export const searchBoxPlaceholder = "Beiträge suchen";
export const searchBoxSuggestions = "Vorschläge";
export const searchBoxSyntax = "Suchsprache";
export const searchBoxTryThis = "Vorschlag:";
export const searchBoxCharacter = (position: number) => ` (Zeichen ${position})`;
export const searchBoxSaved = "gemerkt";
export const searchBoxRecent = "zuletzt";

export const noticeGenerated = "Diese Beiträge sind erzeugt. Echte kommen mit:";
export const noticeAboutPosts = "Über diese Beiträge";
export const noticeAboutSource = (name: string) => `Über ${name}`;

export const statusBarCoverageTitle = (cause: string, since: string | null) => `${cause}${since === null ? "" : ` Seit ${since}.`} Öffnet Abdeckung und Lücken.`;
export const statusBarLasting = (duration: string) => ` seit ${duration}`;
export const statusBarRate = (perSecond: number) => `${formatRate(perSecond)} Beiträge/s`;
export const statusBarStored = (count: number) => `${formatNumber(count)} gespeichert`;
export const statusBarViewers = (count: number) => formatCount(count, "Betrachter", "Betrachter");
export const statusBarLoaded = (count: number) => `${formatNumber(count)} geladen`;
export const statusBarLoadedTitle = (count: number) => formatCount(count, "Beitrag", "Beiträge");

export const toastUndo = "Rückgängig";
export const actUndone = "Rückgängig gemacht";
export const toastPictureSaved = "Bild gespeichert";
export const toastPictureCopied = "Bild kopiert";
export const toastPictureFailed = "Der Browser nimmt dieses Bild nicht. Es lässt sich stattdessen speichern.";
export const toastQueryCut = (most: number) => `Die Suche in der Adresse ist länger als ${formatNumber(most)} Zeichen. Nur ihr Anfang gilt.`;
export const toastAlreadyInSearch = (term: string) => `${isolate(term)} ist schon in der Suche`;
export const toastAdded = (term: string) => `${isolate(term)} hinzugefügt`;
export const toastExcluded = (term: string) => `${isolate(term)} ausgeschlossen`;
export const toastRankingPage = (page: number, pages: number) => `Seite ${formatNumber(page)} von ${formatNumber(pages)}`;
export const toastMuted = (handle: string) => `${isolate(handle)} stummgeschaltet`;
export const toastMutesFull = (most: number) => `Nicht stummgeschaltet: höchstens ${formatNumber(most)}. Im Spaltenmenü lässt sich etwas entfernen.`;

export function newPostsAnnouncement(grown: number, total: number | null): string {
  return `${formatCount(grown, "neuer Beitrag", "neue Beiträge")}${total === null ? "" : `, ${formatCount(total, "Treffer", "Treffer")} insgesamt`}`;
}

export const newPostsInColumn = (count: number, name: string) => `${formatCount(count, "neuer Beitrag", "neue Beiträge")} in ${isolate(name)}`;
export const newPostsInColumns = (parts: readonly string[], others: number) =>
  others > 0 ? `${parts.join(", ")} und in ${formatCount(others, "weiteren Spalte", "weiteren Spalten")}` : parts.join(", ");
