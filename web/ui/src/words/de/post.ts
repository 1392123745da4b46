/** German words of the page of one post: what is shown of it, its conversation, its versions, why it matched, and what stands around it. */
import { isolate } from "../../text/bidiIsolate";
import { formatCount } from "../../text/formatNumber";
import { formatExactTime } from "../../text/formatTime";

export const title = (handle: string) => `Beitrag von @${isolate(handle)}`;
export const tabTitle = (handle: string, name: string) => `@${handle} · ${name}`;
export const titleUnknown = "Beitrag";
export const back = "Zurück zum Deck";
export const print = "Drucken";
export const loading = "Der Beitrag wird geladen …";
export const deleted = (at: number) => `Dieser Beitrag wurde an seiner Quelle gelöscht. Murmuration erfuhr es ${formatExactTime(at)} und behält nichts davon.`;
export const deletedNow = "Dieser Beitrag wurde eben an seiner Quelle gelöscht. Murmuration behält nichts davon.";
export const notStored = "Ein solcher Beitrag ist nicht gespeichert. Er wurde nie gesammelt oder ist älter als das, was bleibt.";
export const failed = (why: string) => `Der Beitrag kann nicht gezeigt werden: ${why}`;
export const signIn = "Zum Lesen bitte anmelden.";
export const signInLink = "Anmelden";
export const tryAgain = "Noch einmal";
export const partFailed = (why: string) => `Dieser Teil kann nicht gezeigt werden: ${why}`;
export const partLoading = "Lädt …";

export const thisPost = "Dieser Beitrag";
export const collectedAt = (at: number) => `Gesammelt ${formatExactTime(at)}`;
export const claimedAt = (at: number) => `Laut Autor von ${formatExactTime(at)}`;
export const postId = "Id";

export const conversation = "Gespräch";
export const conversationAlone = "Sonst ist nichts von diesem Gespräch gespeichert.";
export const conversationRootMissing = "Sein erster Beitrag ist nicht gespeichert.";
export const conversationMore = "Mehr davon zeigen";
export const conversationCut = "Das Gespräch hat mehr Beiträge, als hier stehen.";
export const conversationSearch = "Als Spalte öffnen";
export const answers = (handle: string) => `antwortet @${isolate(handle)}`;
export const quotes = "zitiert diesen Beitrag";

export const versions = "Fassungen";
export const versionsOne = "Dieser Beitrag wurde nur in einer Fassung gesehen.";
export const versionSeen = (at: number) => `Gesehen ${formatExactTime(at)}`;
export const versionNow = "wie er jetzt ist";
export const versionOlder = "Von";
export const versionNewer = "bis";
export const versionSame = "Der Text ist in beiden gleich.";
export const versionOther = (fields: string) => `Außerdem geändert: ${fields}`;
export const versionDifference = "Was sich im Text änderte";
export const fieldNames: Record<string, string> = {
  lang: "Sprache", author: "Autor", counts: "Zahlen", links: "Links", media: "Medien", poll: "Umfrage", sensitive: "Heikel", quote_of: "zitierter Beitrag",
};

export const why = "Warum er passte";
export const whyNone = "Er passt jetzt zu keiner Spalte des Decks.";
export const whyColumn = (title: string, matches: boolean) => `${isolate(title)}: ${matches ? "passt" : "passt nicht"}`;
export const whyPart = (part: string, has: boolean) => `${isolate(part)} ${has ? "gefunden" : "nicht gefunden"}`;
export const whyMark = "Im Text markieren";

export const around = "Drumherum gesammelt";
export const aroundSource = (source: string) => `Auf ${source}, davor und danach`;
export const aroundAuthor = (handle: string) => `Von @${isolate(handle)}, davor und danach`;
export const aroundHere = "Hier steht dieser Beitrag";
export const aroundNone = "Sonst ist hier nichts gespeichert.";
export const repostOf = (handle: string) => `repostete @${isolate(handle)}`;
export const pictures = (count: number) => formatCount(count, "Bild oder Film", "Bilder oder Filme");
