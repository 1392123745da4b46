/**
 * Top bar: name of the product, search box of the selected column, and buttons that add a column, open the saved searches, change to the
 * next theme, open or close the insight panel, and open the help.
 */
import type { JSX } from "preact";
import type { Desk } from "../../state/desk";
import { formatNumber } from "../../text/formatNumber";
import { THEMES } from "../../state/page/settings";
import { DeckSign, PanelSign, PinSign, PlusSign, StarSign, ThemeSign } from "../icons";
import { addColumn } from "../actions/columnFocus";
import { SearchBox } from "./SearchBox";
import { columnsWords, deckWords, menuWords, savedDeckWords } from "../../words";

export function TopBar({ desk }: { desk: Desk }): JSX.Element {
  const { theme } = desk.settings;
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  return (
    <header class="top">
      <h1 class="name"><span class="long">{deckWords.name}</span><span class="short" aria-hidden="true">{deckWords.shortName}</span></h1>
      <SearchBox desk={desk} />
      <div class="tools">
        <button class="add-column" onClick={() => addColumn(desk)} aria-label={columnsWords.add} title={columnsWords.add}><PlusSign /> <span class="word">{columnsWords.addShort}</span></button>
        <button class="wide-only" onClick={() => desk.openDialog("decks")} aria-haspopup="dialog" aria-label={savedDeckWords.decks} title={savedDeckWords.decksTitle}><DeckSign /> <span class="word">{savedDeckWords.decks}</span></button>
        <button class="pins-button" aria-pressed={desk.settings.pinsShown} aria-label={menuWords.pinnedShow(desk.posts.pins.count)} title={menuWords.pinnedShow(desk.posts.pins.count)}
          onClick={() => desk.posts.pins.toggle()}><PinSign /> {desk.posts.pins.count ? formatNumber(desk.posts.pins.count) : null}</button>
        <button onClick={() => desk.openDialog("saved")} aria-haspopup="dialog" aria-label={deckWords.saved} title={deckWords.savedTitle}><StarSign /> <span class="word">{deckWords.saved}</span></button>
        <button class="round wide-only" aria-label={deckWords.changeTheme(deckWords.THEME_NAMES[theme], deckWords.THEME_NAMES[next])} title={deckWords.theme(deckWords.THEME_NAMES[theme])}
          onClick={() => desk.updateSettings({ theme: next })}><ThemeSign /></button>
        <button class="round panel-button" aria-label={deckWords.insightPanel} aria-pressed={desk.panel.open} title={deckWords.insightPanel}
          onClick={() => desk.panel.toggle()}><PanelSign /></button>
        <button class="round" aria-label={deckWords.help} title={deckWords.help} onClick={() => desk.openDialog("help")}>?</button>
      </div>
    </header>
  );
}
