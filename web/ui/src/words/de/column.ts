/** German words of a column: header, Live button, filters, times, orders, list and ranking pages. */
import type { Order } from "../../posts/ranking";
import { formatCompact, formatCount, formatNumber } from "../../text/formatNumber";

export const ORDER_NAMES: Record<Order, string> = {
  latest: "Neueste", followers: "Follower", reposts: "Reposts", inview: "Hier repostet", reach: "Reichweite", likes: "Likes", replies: "Antworten",
};

export const ORDER_HINTS: Record<Order, string> = {
  latest: "Neueste zuerst, als Strom",
  followers: "Follower des Autors",
  reposts: "Reposts, wie das Netzwerk sie zählt",
  inview: "Reposts unter den hier geladenen Beiträgen",
  reach: "Follower des Autors und aller gesehenen Reposter",
  likes: "Likes",
  replies: "Antworten",
};

export const allFiltered = "Alle Beiträge sind durch Filter ausgeblendet.";
const LOADING = "Lädt …";

export const allPosts = "Alle Beiträge";
export const countTitle = "Gespeicherte Treffer insgesamt";
export const menu = "Spaltenmenü";
export const menuTitle = "Stummschalten, Medien, Sprachen, Export";
export const showing = (span: string) => `Gezeigt: ${span}`;
export const backToLive = "Zurück zu live";
export const histogram = "Das Histogramm";
export const list = "Die Liste";
export const newPosts = (count: number) => formatCount(count, "neuer Beitrag", "neue Beiträge");
export const press = " · Taste";
export const toShow = "zeigt sie";
export const since = (time: string) => `Seit ${time}`;
export const tryThese = "Zum Beispiel";

export const liveState = (state: "live" | "paused" | "past", newCount: number) =>
  state === "live" ? "Live" : state === "past" ? "Feste Zeit" : newCount ? `Pause, ${formatCompact(newCount)} neu` : "Pause";
export const liveTitle = (state: "live" | "paused" | "past", status: string | null) => `${status === null ? "" : `${status}. `}Klick: ${DOES[state]}`;
export const liveLabel = (words: string, state: "live" | "paused" | "past", status: string | null) => `${words}${status === null ? "" : `, aber ${status}`}. Drücken: ${DOES[state]}`;
const DOES = { live: "anhalten", paused: "fortsetzen", past: "zurück zu live" };

export const filterSummary = (filters: number, hidden: number, shown: boolean) => {
  const names = formatCount(filters, "Filter", "Filter");
  return shown ? `${names} aus, ${formatNumber(hidden)} sonst ausgeblendet` : `${names}, ${formatNumber(hidden)} ausgeblendet`;
};
export const filterShow = "Zeigen";
export const filterHide = "Ausblenden";
export const filterShowLabel = (hidden: number) => `${formatCount(hidden, "ausgeblendeten Beitrag", "ausgeblendete Beiträge")} zeigen`;
export const filterHideLabel = "Beiträge, die zu Filtern passen, ausblenden";

export const timeToolChoose = "Zeit wählen";
export const timeToolGroup = "Gezeigte Zeit";
export const timeToolEarlier = "Früher";
export const timeToolLater = "Später";
export const timeToolZoomInLatest = "Vergrößern (neuere Hälfte)";
export const timeToolZoomIn = "Vergrößern";
export const timeToolZoomOut = "Verkleinern";
export const timeToolAllTime = "Ganze Zeit";

export const orderGroup = "Reihenfolge";
export const orderTitle = (order: Order) => `Reihenfolge: ${ORDER_HINTS[order]}`;
export const orderLoaded = (count: number) => `${formatNumber(count)} geladen`;
export const orderDepth = "Wie viele Beiträge laden";
export const orderOfDepth = (depth: number) => `von ${formatNumber(depth)}`;

export const feedLabel = (ranking: boolean) => `Beiträge, ${ranking ? "als Rangliste" : "neueste zuerst"}`;
export const feedLoading = LOADING;
export const feedLoadingOlder = "Ältere Beiträge werden geladen …";
export const feedOlderFailed = (message: string) => `Ältere Beiträge konnten nicht geladen werden: ${message}`;
export const feedTryAgain = "Noch einmal";
export const feedLimit = (most: number) => `${formatNumber(most)} Beiträge sind geladen, mehr geht nicht. Für ältere im Diagramm eine Zeit wählen.`;
export const feedOlder = "Ältere Beiträge";
export const feedEnd = "Keine älteren Beiträge";

export const pagerGroup = "Seiten der Rangliste";
export const pagerPrevious = "Zurück";
export const pagerNext = "Weiter";
export const pagerPosition = (page: number, pages: number) => `Seite ${formatNumber(page)} von ${formatNumber(pages)}`;
export const pagerSize = "Beiträge je Seite";
export const pagerPerPage = (size: number) => `${formatNumber(size)} je Seite`;
export const pagerRanked = (loaded: number, total: number | null) => `Rang unter den ${formatNumber(loaded)} geladenen Beiträgen${total === null ? "" : ` von ${formatNumber(total)}`}.`;
export const pagerLoading = LOADING;
export const pagerNoReposts = (loaded: number) => `Keiner der ${formatNumber(loaded)} geladenen Beiträge ist ein Repost eines anderen.`;
export const pagerNoMatch = "Kein gespeicherter Beitrag passt zu dieser Suche.";
export const pagerNoOriginals = "Nur Reposts passen. Die Beiträge dahinter sind nicht gespeichert, also gibt es nichts zu ordnen.";

export const timeToolType = "Zeit eintippen";
export const timeFields = "Gezeigte Zeit, getippt";
export const timeFrom = "Von";
export const timeTo = "bis";
export const timeShow = "Zeigen";
export const timeFaults = {
  from: "Im ersten Feld steht keine Zeit.", to: "Im zweiten Feld steht keine Zeit.", order: "Die Zeit endet, bevor oder wenn sie beginnt.",
};

export const pagerRankedStored = (originals: number) => `Rang unter allen ${formatCount(originals, "gespeicherten Beitrag", "gespeicherten Beiträgen")}, die keine Reposts sind.`;
export const pagerProblem = (message: string) => `Alles Gespeicherte ließ sich nicht ordnen: ${message}`;
