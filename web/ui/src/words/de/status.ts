/**
 * German words of the page's status: connection, search and sources, each with cause and action; of the empty list; of the title of the
 * browser's tab.
 */
import { isolate } from "../../text/bidiIsolate";
import { formatNumber } from "../../text/formatNumber";
import { sourceName } from "../sources";

export const SOURCE_NAMES: Record<string, string> = {
  bluesky: "Bluesky", x: "X", mastodon: "Mastodon", demo: "Erzeugte Beiträge", replay: "Wiedergabe", stdin: "Standardeingabe", import: "Import",
};
export const sourceMore = (count: number) => `${formatNumber(count)} weitere`;
export const sourceStates: Record<string, string> = {
  live: " live", starting: " startet", retrying: " versucht es erneut", ended: " zu Ende",
  paused: ": Pause, Warteschlange voll", sampling: " als Stichprobe", resting: ": pausiert mit Absicht", replaying: " läuft", down: " ist weg", stopped: " ist angehalten",
};
export const sourceBehind = (duration: string) => `, ${duration} zurück`;
export const reasonsMore = (reasons: string) => `${reasons} und mehr`;

export const actionSignIn = "Anmelden";
export const actionReload = "Seite neu laden";
export const actionRetry = "Jetzt versuchen";
export const actionFixSearch = "Suche verbessern";
export const actionSearchAgain = "Noch einmal";
export const actionShowCoverage = "Abdeckung zeigen";
export const actionShowNewest = "Neueste zeigen";
export const actionShowSources = "Quellen zeigen";
export const actionFindClosest = "Ähnlichste Suche finden";
export const actionBackToLive = "Zurück zu live";
export const actionCopyStep = (step: string) => `„${step}“ kopieren`;
export const actionCopied = "Kopiert";
export const actionNotCopied = "Nicht erlaubt";
export const actionShowAll = "Alle Beiträge zeigen";
export const actionClosest = "Am ähnlichsten:";

export const statusSignedOut = { word: "Abgemeldet", cause: "Dieser Server verlangt einen Zugangsschlüssel und hat von dir keinen oder nimmt ihn nicht mehr an." };
export const statusRefused = (code: number) => ({ word: "Verbindung abgelehnt", cause: `Der Server hat die Verbindung endgültig geschlossen (Code ${code}).` });
export const statusSilent = { word: "Der Server schweigt", cause: "Die Verbindung steht, aber nichts kommt an. Dauert das an, wird sie ersetzt." };
export const statusConnecting = { word: "Verbindet", first: "Die erste Verbindung wird aufgebaut.", waiting: "Der Server antwortet noch nicht." };
export const statusReconnecting = { word: "Verbindet neu", cause: "Die Verbindung zum Server ging verloren. Was inzwischen fehlt, wird danach geholt." };
export const statusServerReconnecting = { word: "Server verbindet neu", cause: "Der Server hat seine eigene Verbindung zum Broker verloren. Er holt nach, was fehlt." };
export const statusSearchWrong = { word: "Suche nicht verstanden", cause: (message: string) => `${message} Bis sie verbessert ist, wird nichts gesucht.` };
export const statusSearchFailed = { word: "Suche gescheitert", noNewPosts: "Bis zum nächsten Versuch kommen keine neuen Beiträge.", maybeStored: "Beiträge jener Zeit können gespeichert sein." };
export const statusStoreAway = (why: string) => ({ word: "Speicher nicht erreichbar", cause: `Neue Beiträge warten in der Schlange, bis der Speicher sie wieder nimmt; keiner geht verloren. ${why}` });
export const statusLagged = { word: "Holt auf", cause: "Beiträge kamen schneller, als dieser Browser sie annahm." };
export const statusSourceDown = "Die Quelle ist nicht erreichbar, oder kein Leser läuft.";
export const statusSourceRetrying = "Die Quelle wird wieder angesprochen.";
export const statusSourceResting = "Sie ist mit Absicht pausiert.";
export const statusReplayEnded = (name: string) => ({ word: `${sourceName(name)} zu Ende`, cause: "Jeder Datensatz der Datei ist gelesen; neue Beiträge kommen nicht." });
export const statusConnected = "Verbunden";
export const statusOtherSourcesDown = (names: string) => `; nicht erreichbar: ${names}`;

export const emptyNothingStored = "Noch ist nichts gespeichert";
export const emptyFirstPosts = (sources: string) => `${sources ? `${sources}.` : "Noch hat sich keine Quelle gemeldet."} Die ersten Beiträge erscheinen hier.`;
export const emptyNoMatch = "Noch kein Treffer";
export const emptyNoMatchNow = "Kein gespeicherter Beitrag passt zu dieser Suche.";
export const emptyNewWillAppear = "Neue Beiträge erscheinen hier.";
export const emptyNoNewPosts = (status: string) => `Keine neuen Beiträge: ${status}.`;
export const emptyNoMatchThen = "Kein gespeicherter Beitrag jener Zeit passt zu dieser Suche.";
export const emptyNotCollected = "Damals nicht gesammelt";
export const emptyNothingCollected = "in jener Zeit wurde nichts gesammelt";
export const emptyNotCollectedReason = "nicht gesammelt";
export const emptyOnlySample = (why: string) => ` Damals wurde nur eine Stichprobe gesammelt: ${why}.`;
export const emptyPartlyMissing = (reasons: string) => ` Damals wurde nicht alles gesammelt: ${reasons}.`;

export function tabTitle(name: string, all: boolean): string {
  return all ? "Murmuration" : `${isolate(name)} · Murmuration`;
}
