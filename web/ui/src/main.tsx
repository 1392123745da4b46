/**
 * Entry point of the page: loads the style sheets, applies the reader's theme, opens the connection, and subscribes to the live searches of
 * the address while the browser still loads the second chunk (`start.tsx`), which draws the page. If that chunk cannot be
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
import "./style/narrow.css";
import "./style/print.css";
import { readPlace } from "./state/deck/deckHistory";
import { applyTheme, applyZone, loadSettings } from "./state/page/settings";
import { Connection } from "./wire/connection";
import { NOT_LOADED, pickLanguage, showLanguage } from "./words/languages";

const url = new URL("/ws", location.href);
url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
const settings = loadSettings();
applyTheme(settings);
applyZone(settings);
const connection = new Connection(url.href);
connection.start();
const early = readPlace(settings).specs.filter(({ from }) => from === null).map(({ query, depth }) => connection.subscribe(query, depth));
const { language, locale } = pickLanguage(settings.language, navigator.languages);
// The start needs the words. The document asked for both files already, so that neither waits for the other on its way.
showLanguage(language, locale).then(() => import("./start")).then(({ start }) => start(settings, connection, early), () => {
  const notice = document.createElement("p");
  notice.setAttribute("role", "alert");
  notice.lang = language;
  notice.textContent = NOT_LOADED[language];
  document.getElementById("app")?.append(notice);
});
