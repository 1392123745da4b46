/** Name, search box, saved searches, theme, panel, help. */
import type { JSX } from "preact";
import type { Desk } from "../../state/desk";
import type { Settings } from "../../state/page/settings";
import { PanelSign, StarSign, ThemeSign } from "../icons";
import { SearchBox } from "./SearchBox";

const THEMES: Settings["theme"][] = ["system", "light", "dark", "contrast"];
const THEME_NAMES = { system: "as the system", light: "light", dark: "dark", contrast: "high contrast" };

export function TopBar({ desk }: { desk: Desk }): JSX.Element {
  const { theme } = desk.settings;
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  return (
    <header class="top">
      <h1 class="name"><span class="long">Murmuration</span><span class="short" aria-hidden="true">M</span></h1>
      <SearchBox desk={desk} />
      <div class="tools">
        <button onClick={() => desk.openDialog("saved")} aria-haspopup="dialog" aria-label="Saved" title="Saved and recent searches"><StarSign /> <span class="word">Saved</span></button>
        <button class="round wide-only" aria-label={`Theme: ${THEME_NAMES[theme]}. Change to ${THEME_NAMES[next]}`} title={`Theme: ${THEME_NAMES[theme]}`}
          onClick={() => desk.updateSettings({ theme: next })}><ThemeSign /></button>
        <button class="round panel-button" aria-label="Insight panel" aria-pressed={desk.panel.open} title="Insight panel"
          onClick={() => desk.panel.toggle()}><PanelSign /></button>
        <button class="round" aria-label="Help, keys and settings" title="Help, keys and settings" onClick={() => desk.openDialog("help")}>?</button>
      </div>
    </header>
  );
}
