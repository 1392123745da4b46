/** German words of decks that are kept: the bar with the deck's title, the dialogs that save, open and compare decks, and faults of files. */
import { isolate } from "../../text/bidiIsolate";
import { formatCount, formatNumber } from "../../text/formatNumber";
import { formatExactTime } from "../../text/formatTime";

const columns = (count: number) => formatCount(count, "Spalte", "Spalten");

export const decks = "Decks";
export const decksTitle = "Decks von Spalten speichern und öffnen";

export const bar = "Deck";
export const untitled = "Deck ohne Titel";
export const unsaved = "Ungespeicherte Änderungen";
export const save = "Speichern";
export const nameTaken = "Andere Decks haben diesen Titel. Bitte einen anderen wählen.";
export const saving = "Speichert …";
export const notSaved = (why: string) => `Nicht gespeichert: ${why}`;
export const tryAgain = "Noch einmal";
export const newer = (at: number) => `Jemand hat andere Spalten gespeichert (${formatExactTime(at)})`;
export const compare = "Vergleichen";
export const held = (count: number) => `${columns(count)} ${count === 1 ? "wartet" : "warten"}, bis du fertig bist`;
export const deletedElsewhere = "Jemand hat dieses Deck gelöscht. Seine Spalten sind noch hier, ungespeichert.";
export const missing = (id: string) => `Ein Deck „${isolate(id)}“ gibt es nicht. Speichern legt es an.`;
export const offlineCopy = (at: number) => `Der Server antwortet nicht. Das ist das Deck, wie dieser Browser es hatte (${formatExactTime(at)}).`;
export const notOpened = (why: string) => `Das Deck konnte nicht geöffnet werden: ${why}`;
export const tooLong = (most: number) => `Diese Spalten passen nicht mehr in eine Adresse, die ${formatNumber(most)} Zeichen fasst. Unter einem Namen lassen sie sich behalten und teilen.`;
export const nameIt = "Deck benennen";
export const toastSaved = (title: string) => `Deck ${isolate(title)} gespeichert`;
export const toastDeleted = (title: string) => `Deck ${isolate(title)} gelöscht`;
export const toastTheirs = (title: string) => `Jemand hat das Deck ${isolate(title)} geändert`;
export const toastPinFailed = (why: string) => `Das Angeheftete konnte nicht behalten werden: ${why}`;
export const pinsFull = (most: number) => `Ein Deck hat höchstens ${formatNumber(most)} angeheftete Beiträge. Erst einen lösen.`;
export const toastImported = (count: number) => `${formatCount(count, "Suche", "Suchen")} hinzugefügt`;
export const toastOpened = (count: number) => `${columns(count)} aus der Datei geöffnet`;

export const title = "Titel";
export const titleHint = "Hafen, Wahlen, …";
export const saveNew = "Als neues Deck speichern";
export const saveOver = "Speichern";
export const thisDeck = "Dieses Deck";
export const allDecks = "Alle Decks";
export const loading = "Lädt …";
export const none = "Noch ist kein Deck gespeichert.";
export const open = (title: string) => `${isolate(title)} öffnen`;
export const columnsAndTime = (count: number, at: number) => `${columns(count)} · ${formatExactTime(at)}`;
export const remove = (title: string) => `${isolate(title)} löschen`;
export const removeSure = (title: string) => `${isolate(title)} für alle löschen, mit Angeheftetem und Notizen?`;
export const removeYes = "Löschen";
export const removeNo = "Behalten";
export const isOpen = "hier offen";
export const newDeck = "Neues Deck";
export const unsavedWarning = "Ein anderes Deck öffnet sich ohne die ungespeicherten Änderungen; Zurück führt zu ihnen.";
export const asFile = "Als Datei";
export const fileOut = "Dieses Deck in eine Datei schreiben";
export const searchesOut = "Die gemerkten Suchen in eine Datei schreiben";
export const fileIn = "Datei lesen";
export const fileInHint = "Ein Deck oder gemerkte Suchen, die diese Seite schrieb.";
export const fileName = (title: string) => `${title}.deck.json`;
export const searchesFileName = "suchen.json";

export const conflictTitle = "Jemand anderes hat dieses Deck gespeichert";
export const conflictWhen = (at: number) => `Es wurde ${formatExactTime(at)} gespeichert, nachdem du es geöffnet hast. Noch ist nichts verloren:`;
export const conflictDeleted = "Es wurde gelöscht, nachdem du es geöffnet hast. Deine Spalten sind noch hier.";
export const conflictTheirs = "Was dort geändert wurde";
export const conflictMine = "Was du geändert hast";
export const takeTheirs = "Das andere nehmen";
export const takeTheirsHint = "Deine Änderungen fallen weg.";
export const takeMine = "Meins nehmen";
export const takeMineHint = "Die anderen Änderungen werden ersetzt.";
export const takeBoth = "Beides als Spalten behalten";
export const takeBothHint = (count: number) => `${columns(count)}; was beide änderten, steht zweimal da.`;
export const takeBothFull = (most: number) => `Zusammen sind es mehr als ${formatNumber(most)} Spalten.`;
export const makeAnew = "Neu speichern";
export const letGo = "Gelöscht lassen";
export const noChange = "Nichts als die Zeit.";
export const changeTitle = (title: string) => `Der Titel ist ${isolate(title)}`;
export const changeMoved = "Die Spalten stehen in anderer Folge";
export const changeAdded = (name: string) => `${isolate(name)} hinzugefügt`;
export const changeRemoved = (name: string) => `${isolate(name)} entfernt`;
export const changeSearch = (before: string, after: string) => `${isolate(before)} sucht nach ${isolate(after)}`;
export const changeOther = (name: string) => `${isolate(name)} geändert`;

export const file = {
  tooLarge: "Die Datei ist zu groß: ein Deck hat höchstens 64 kB.",
  noJson: "Die Datei ist kein JSON-Text.",
  noDeck: "Die Datei enthält weder ein Deck noch gemerkte Suchen.",
  version: (known: number) => `Die Version der Datei ist nicht ${formatNumber(known)}, die einzige, die diese Seite kennt.`,
  title: "Der Titel des Decks ist kein Text.",
  noColumns: "Das Deck hat keine Spalten.",
  tooManyColumns: (most: number) => `Das Deck hat mehr als ${formatNumber(most)} Spalten.`,
  columnNoObject: (at: number) => `Spalte ${formatNumber(at)} ist kein Objekt.`,
  columnId: (at: number) => `Spalte ${formatNumber(at)} hat keine Id aus 1 bis 16 Zeichen von a-z und 0-9.`,
  columnTwice: (at: number, id: string) => `Spalte ${formatNumber(at)} hat die Id ${id}, die eine andere schon hat.`,
  columnQuery: (at: number) => `Spalte ${formatNumber(at)} hat keine Suche.`,
  columnOrder: (at: number) => `Spalte ${formatNumber(at)} hat eine Reihenfolge, die diese Seite nicht kennt.`,
  searches: (most: number) => `Die gemerkten Suchen sind keine Liste von höchstens ${formatNumber(most)}.`,
  search: (at: number) => `Die gemerkte Suche ${formatNumber(at)} hat keinen Text oder eine Reihenfolge, die diese Seite nicht kennt.`,
};
