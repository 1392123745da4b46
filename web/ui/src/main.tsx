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
import { readPlace } from "./state/deck/deckHistory";
import { postIdOf } from "./state/post/postAddress";
import { applyTheme, loadSettings } from "./state/page/settings";
import { Connection } from "./wire/connection";
import { NOT_LOADED, pickLanguage, showLanguage } from "./words/languages";

const url = new URL("/ws", location.href);
url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
const settings = loadSettings();
applyTheme(settings);
const postId = postIdOf(location.pathname);
const connection = new Connection(url.href);
if (postId === null) connection.start();
const early = postId !== null ? [] : readPlace(settings).specs.filter(({ from }) => from === null).map(({ query, depth }) => connection.subscribe(query, depth));
const { language, locale } = pickLanguage(settings.language, navigator.languages);
/** Draw the deck, or the page of one post, which needs neither the connection nor the code of the deck. */
async function begin(): Promise<void> {
  if (postId === null) (await import("./start")).start(settings, connection, early);
  else (await import("./postPage")).showPost(postId, settings);
}

// The start needs the words. The document asked for both files already, so that neither waits for the other on its way.
showLanguage(language, locale).then(() => begin()).catch(() => {
  const notice = document.createElement("p");
  notice.setAttribute("role", "alert");
  notice.lang = language;
  notice.textContent = NOT_LOADED[language];
  document.getElementById("app")?.append(notice);
});
