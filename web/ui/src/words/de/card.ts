/**
 * German words of a post's card: texts, labels and titles for author, counts, actions, pictures, reposts and similar posts, and for posts
 * that were removed or cannot be shown.
 */
import { isolate } from "../../text/bidiIsolate";
import { formatCompact, formatCount, formatNumber, formatPercent } from "../../text/formatNumber";
import { formatExactTime } from "../../text/formatTime";
import { sourceName } from "../sources";

const NETWORKS: Record<string, string> = { x: "X", bluesky: "Bluesky", mastodon: "Mastodon", demo: "Demo" };

export const cannotBeShown = "Dieser Beitrag kann nicht gezeigt werden.";
export const verified = "verifiziert";
export const verifiedTitle = "Verifiziert";
export const bot = "Bot";
export const botTitle = "Nennt sich selbst automatisch";
export const edited = "bearbeitet";
export const editedAt = (at: number) => `Bearbeitet ${formatExactTime(at)}`;
export const network = (source: string) => NETWORKS[source] ?? source;
export const replyingTo = "Antwort an";
export const originalNotStored = "Ein Repost; sein Original ist nicht gespeichert.";
export const followers = (count: number) => `${formatCompact(count)} Follower`;
export const removed = (deleted: boolean) => (deleted ? "Von Autor oder Netzwerk gelöscht" : "Passt nicht mehr zur Suche");
export const addTerm = (term: string) => `${isolate(term)} zur Suche hinzufügen (Alt-Klick schließt es aus)`;
export const leadsTo = (host: string) => ` (${host})`;

export const countReplies = { word: ["Antwort", "Antworten"], does: "Auf X antworten" } as const;
export const countReposts = { word: ["Repost", "Reposts"], does: "Auf X reposten" } as const;
export const countLikes = { word: ["Like", "Likes"], does: "Auf X liken" } as const;

export const actionOpen = (source: string) => `Auf ${sourceName(source)} öffnen`;
export const actionMute = (handle: string) => `${isolate(handle)} stummschalten`;

export const pollShare = (share: number) => formatPercent(share);
export const pollEnd = (votes: number | null, closesAt: number | null, now: number) => [
  !votes ? "Umfrage" : formatCount(votes, "Stimme", "Stimmen"),
  closesAt === null ? "" : closesAt > now ? `endet ${formatExactTime(closesAt)}` : `endete ${formatExactTime(closesAt)}`,
].filter(Boolean).join(" · ");

export const file = "Datei";
export const fileKind = (mime: string, host: string) => [mime.split("/").pop()?.toUpperCase() ?? "", host].filter(Boolean).join(" · ");
export const described = "Beschreibung:";

export const mediaNoDescription = "Bild ohne Beschreibung";
export const mediaVideoPreview = "Vorschau des Videos";
export const mediaGif = "GIF";
export const mediaVideo = "Video";
export const mediaMore = (more: number): string => `+${formatNumber(more)}`;
export const mediaMoreTitle = (more: number): string => `${formatCount(more, "weiteres Bild", "weitere Bilder")} im Beitrag`;
export const mediaCovered = (sensitive: boolean, count: number) => `${sensitive ? "Als heikel markiert" : count === 1 ? "Ein Bild" : formatCount(count, "Bild", "Bilder")} · Zeigen`;

export const underCardReposts = (count: number) => formatCount(count, "Repost");
export const underCardReach = (loaded: number, reach: number) => 
  `${loaded ? `${formatCount(loaded, "Repost")} geladen, ` : ""}Reichweite ${formatCompact(reach)}`;
export const underCardSimilar = (count: number) => `${formatNumber(count)} ähnliche`;
