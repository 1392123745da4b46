/**
 * Entry point of the page: loads the style sheets, applies the reader's theme, opens the connection, and subscribes to the live searches of
 * the address (none on the page of one post) while the browser still loads the second chunk (`start.tsx`), which draws the page. If that chunk cannot be
 * loaded, a message asks the reader to load the page again. This chunk draws nothing else, so that it stays small.
 */
import "uplot/dist/uPlot.min.css";
import "./style/tokens.css";
import "./style/base.css";
import "./style/pageBars.css";
import "./style/column.css";
import "./style/card.css";
import "./style/panel.css";
import "./style/dialog.css";
import "./style/menus.css";
import "./style/narrow.css";
import "./style/print.css";
import { readPlace } from "./state/deck/deckHistory";
import { deckIdOf } from "./state/deck/deckName";
import { postIdOf } from "./state/post/postAddress";
import { applyTheme, applyZone, loadSettings } from "./state/page/settings";
import { Connection } from "./wire/connection";
import type { SubscriptionHandle } from "./wire/liveSubscription";
import { NOT_LOADED, pickLanguage, showLanguage } from "./words/languages";

const url = new URL("/ws", location.href);
url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
const settings = loadSettings();
applyTheme(settings);
applyZone(settings);
const postId = postIdOf(location.pathname);
const connection = new Connection(url.href);
if (postId === null) connection.start();
const { language, locale } = pickLanguage(settings.language, navigator.languages);
const subscribe = (): SubscriptionHandle[] => readPlace(settings).specs.filter(({ from }) => from === null).map(({ query, depth }) => connection.subscribe(query, depth));

/** Begin on a stored deck: its searches are known once it was read, and a refusal needs words. */
async function beginOnDeck(): Promise<void> {
  const [{ openDeck }] = await Promise.all([import("./state/deck/openDeck"), showLanguage(language, locale)]);
  const opened = await openDeck(settings);
  const early = subscribe();
  (await import("./start")).start(settings, connection, early, opened);
}

/** Begin on the columns of the address. The start needs the words; the document asked for both files already, so that neither waits. */
async function beginOnAddress(): Promise<void> {
  const early = subscribe();
  await showLanguage(language, locale);
  (await import("./start")).start(settings, connection, early, null);
}

/** Begin on the page of one post, which needs neither the connection nor the code of the deck. */
async function beginOnPost(id: string): Promise<void> {
  await showLanguage(language, locale);
  (await import("./postPage")).showPost(id, settings);
}

(postId !== null ? beginOnPost(postId) : deckIdOf(location.pathname) === null ? beginOnAddress() : beginOnDeck()).catch(() => {
  const notice = document.createElement("p");
  notice.setAttribute("role", "alert");
  notice.lang = language;
  notice.textContent = NOT_LOADED[language];
  document.getElementById("app")?.append(notice);
});
