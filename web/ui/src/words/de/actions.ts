/** German words of the page's actions: the name of each action as the palette and the help show it, and the palette itself. */
import { isolate } from "../../text/bidiIsolate";
import { formatCount } from "../../text/formatNumber";

export const ACTION_NAMES = {
  palette: "Alle Aktionen",
  search: "Suchen",
  nextPost: "Nächster Beitrag",
  previousPost: "Voriger Beitrag",
  newest: "Neueste Beiträge zeigen",
  markRead: "Alles Gezeigte als gelesen markieren",
  goBack: "Dahin zurück, wo ich war",
  pause: "Spalte anhalten oder fortsetzen",
  newColumn: "Spalte hinzufügen",
  previousColumn: "Vorige Spalte",
  nextColumn: "Nächste Spalte",
  duplicateColumn: "Spalte verdoppeln",
  removeColumn: "Spalte entfernen",
  moveColumnLeft: "Spalte nach links",
  moveColumnRight: "Spalte nach rechts",
  collapseColumn: "Spalte einklappen oder öffnen",
  columnMenu: "Spaltenmenü: Stummschalten, Medien, Sprachen, Export",
  panel: "Auswertung, und zurück",
  saved: "Gemerkte Suchen",
  decks: "Gespeicherte Decks",
  undo: "Rückgängig",
  theme: "Farben wechseln",
  density: "Dichte wechseln",
  announce: "Neue Beiträge ansagen, oder nicht",
  language: "Suchsprache",
  coverage: "Abdeckung und Lücken",
  wall: "Wandansicht, für einen Projektor",
  help: "Hilfe, Tasten und Einstellungen",
};

export const keySpace = "Leertaste";
export const KEYS_OF_PAGE: [string, string][] = [
  ["Bild ab  Bild auf", "nächster, voriger Beitrag (in der Liste)"],
  ["Strg+Ende", "hinter die Liste (Strg+Pos1: davor)"],
  ["Esc", "schließen, was offen ist"],
];
export const spaceScrolls = "(in der Liste: rollen)";

export const paletteLabel = "Aktion, Spalte oder Suche";
export const palettePlaceholder = "Einen Teil des Namens tippen";
export const paletteList = "Treffer";
export const paletteNone = "Nichts heißt so.";
export const paletteFound = (count: number) => formatCount(count, "Treffer", "Treffer");
export const paletteColumn = (name: string) => `Zur Spalte ${isolate(name)}`;
export const paletteDeck = (title: string) => `Deck ${isolate(title)} öffnen`;
export const paletteSaved = (query: string) => `Gemerkte Suche ${isolate(query)} zeigen`;
export const paletteRecent = (query: string) => `Letzte Suche ${isolate(query)} zeigen`;
export const paletteSearchFor = (query: string) => `Nach ${isolate(query)} suchen`;
export const paletteNewColumn = (query: string) => `Nach ${isolate(query)} in einer neuen Spalte suchen`;
