/**
 * Help and settings: lists the keyboard shortcuts and the version, opens the search syntax, and changes the settings of the whole page:
 * language, theme, density, keyboard shortcuts, announcements.
 */
import type { JSX } from "preact";
import type { Desk } from "../../state/desk";
import { Check, Choice } from "./FormControls";
import { THEMES } from "../../state/page/settings";
import { LANGUAGES, LANGUAGE_NAMES } from "../../words/languages";
import { KeySign } from "../actions/KeySign";
import { PAGE_ACTIONS } from "../actions/pageActions";
import { actionWords, deckWords, dialogWords, readingWords } from "../../words";

/** Keys of the palette. */
const PALETTE_KEYS = /Mac OS|iPhone|iPad/u.test(navigator.userAgent) ? "⌘K" : "Ctrl+K";

export function HelpAndSettings({ desk }: { desk: Desk }): JSX.Element {
  const { settings } = desk;
  return (
    <>
      <dl class="keys">
        {PAGE_ACTIONS.map(({ name, key }) => key ? <div key={name}><dt><KeySign of={key} /></dt><dd>{actionWords.ACTION_NAMES[name]}{key === " " ? ` ${actionWords.spaceScrolls}` : null}</dd></div> : null)}
        {[[PALETTE_KEYS, actionWords.ACTION_NAMES.palette] as const, ...actionWords.KEYS_OF_PAGE].map(([keys, does]) => <div key={keys}><dt>{keys.split("  ").map((one) => <kbd key={one}>{one}</kbd>)}</dt><dd>{does}</dd></div>)}
      </dl>
      <p>{dialogWords.helpClicks}</p>
      <p><button onClick={() => desk.openDialog("palette")}>{actionWords.ACTION_NAMES.palette}</button> <button onClick={() => desk.openDialog("language")}>{dialogWords.helpSyntax}</button></p>
      <label class="check">{dialogWords.helpLanguage}{" "}
        <select id="page-language" value={settings.language} onChange={(event) => desk.updateSettings({ language: event.currentTarget.value as typeof settings.language })}>
          <option value="system">{dialogWords.helpLanguageSystem}</option>
          {LANGUAGES.map((one) => <option key={one} value={one} lang={one}>{LANGUAGE_NAMES[one]}</option>)}
        </select>
      </label>
      <Choice legend={dialogWords.helpTheme} value={settings.theme} change={(theme) => desk.updateSettings({ theme })}
        of={THEMES.map((one) => [one, deckWords.THEME_NAMES[one]])} />
      <Choice legend={dialogWords.helpDensity} value={settings.density} change={(density) => desk.updateSettings({ density })} of={[["compact", dialogWords.helpCompact], ["comfortable", dialogWords.helpComfortable]]} />
      <Choice legend={dialogWords.helpTimes} value={settings.times} change={(times) => desk.updateSettings({ times })} of={[["local", dialogWords.helpTimesLocal], ["utc", dialogWords.helpTimesUtc]]} />
      <Check label={dialogWords.helpKeys} on={settings.keys} change={(keys) => desk.updateSettings({ keys })} />
      <Check label={dialogWords.helpAnnounce} on={settings.announce} change={(announce) => desk.updateSettings({ announce })} />
      <Check label={readingWords.settingReadPast} on={settings.readPast} change={(readPast) => desk.updateSettings({ readPast })} />
      {desk.server.facts ? <p class="meta">{dialogWords.helpVersion(desk.server.facts.version)}</p> : null}
    </>
  );
}
