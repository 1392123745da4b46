/** German words of the dialogs: help and settings, search syntax, coverage, saved searches, column menu, sign-in. */
import { isolate } from "../../text/bidiIsolate";
import { formatCount, formatNumber, formatRate } from "../../text/formatNumber";
import { ORDER_NAMES } from "./column";

export const signIn = "Anmelden";
export const accessToken = "Zugangsschlüssel";

export const helpClicks = "Ein Klick auf Wort, Tag, Autor, Domain oder Balken fügt es einmal zur Suche hinzu; mit Alt wird es ausgeschlossen. Zurück macht es rückgängig.";
export const helpSyntax = "Suchsprache";
export const helpLanguage = "Sprache der Seite";
export const helpLanguageSystem = "wie der Browser";
export const helpTheme = "Farben";
export const helpTimes = "Zeiten";
export const helpTimesLocal = "in meiner Zeitzone";
export const helpTimesUtc = "in UTC";
export const helpDensity = "Dichte";
export const helpCompact = "dicht";
export const helpComfortable = "locker";
export const helpKeys = "Tastenkürzel";
export const helpAnnounce = "Neue Beiträge ansagen (höchstens zweimal in der Minute)";
export const helpVersion = (version: string) => `Murmuration ${version}`;

export const SYNTAX_BASICS: [string, string][] = [
  ["sturm hafen", "beide Wörter"],
  ["sturm OR orkan", "eines von ihnen; AND bindet stärker"],
  ["-sturm  oder  NOT sturm", "ohne das Wort"],
  ["(sturm OR orkan) küste", "Gruppen"],
  ['"storm front"', "die Wörter in dieser Folge"],
  ['"storm coast"~3', "beide, mit höchstens 3 Wörtern dazwischen"],
  ["hafen*", "Wörter, die so beginnen"],
  ["#tag  @handle  $SYM", "genau dieser Tag, diese Erwähnung, dieses Cashtag"],
  ["*", "jeder Beitrag"],
];
export const syntaxAliases = (names: string) => ` auch ${names}`;

export const coverageGenerated = "Diese Beiträge sind erzeugt. Echte kommen mit:";
export const coverageSince = (time: string) => ` seit ${time}`;
export const coverageStored = (count: number) => `${formatCount(count, "Beitrag", "Beiträge")} gespeichert`;
export const coverageRate = (perSecond: number) => `${formatRate(perSecond)} in der Sekunde`;
export const coverageViewers = (count: number) => formatCount(count, "Betrachter", "Betrachter");
export const coverageLoaded = (count: number) => `${formatNumber(count)} geladen`;
export const coverageTable = "Abdeckung, Tabelle";
export const coverageColumns = ["Quelle", "Von", "Dauer", "Was"];
export const coverageSoFar = " bisher";
export const coverageSample = (why: string) => `Nur eine Stichprobe: ${why}`;
export const coverageCollectedLater = (why: string) => `Später gesammelt: ${why}`;
export const coverageImported = (file: string) => `Eingelesen: ${file}`;
export const coverageNotCollected = (why: string) => `Nicht gesammelt: ${why}`;
export const coverageAllPosts = "Alle Beiträge";
export const coverageNone = "Noch nichts verzeichnet.";
export const coverageLoading = "Lädt …";

export const savedIsSaved = "Diese Suche ist gemerkt";
export const savedSave = "Merken";
export const savedFull = (most: number) => `Höchstens ${formatNumber(most)}: erst eine entfernen.`;
export const savedSaved = "Gemerkt";
export const savedRecent = "Zuletzt";
export const savedByOrder = (order: keyof typeof ORDER_NAMES) => ` nach ${ORDER_NAMES[order]}`;
export const savedRemove = (query: string) => `${isolate(query)} entfernen`;
export const savedNoneSaved = "Noch keine. Sie bleiben in diesem Browser.";
export const savedNoneRecent = "Noch keine.";
export const savedForget = "Letzte Suchen vergessen";

export const columnMenuMute = "Stummschalten";
export const columnMenuMuteHint = "Wort, #tag oder @konto";
export const columnMenuLanguages = "Nur diese Sprachen";
export const columnMenuLanguagesHint = "de, ja, …";
export const columnMenuAdd = "Hinzufügen";
export const columnMenuFull = (most: number) => `Höchstens ${formatNumber(most)}: erst etwas entfernen.`;
export const columnMenuRemove = (value: string) => `${isolate(value)} entfernen`;
export const columnMenuHide = "Ausblenden";
export const columnMenuHideReposts = "Beiträge, die nur als Repost kamen";
export const columnMenuHideReplies = "Antworten";
export const columnMenuHideWithoutMedia = "Beiträge ohne Medien";
export const columnMenuMedia = "Medien";
export const columnMenuMediaChoices = { show: "zeigen", ask: "verdecken", hide: "ausblenden" };
export const columnMenuPictures = "Profilbilder";
export const columnMenuExportSpan = "Treffer dieser Zeit exportieren";
export const columnMenuExportAll = "Alle Treffer exportieren";
