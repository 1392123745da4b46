/**
 * Help and settings: lists the keyboard shortcuts and the version, opens the search syntax, and changes the settings of the whole page:
 * language, theme, density, keyboard shortcuts, announcements.
 */
import type { JSX } from "preact";
import type { Desk } from "../../state/desk";
import { Check, Choice } from "./FormControls";
import { THEMES } from "../../state/page/settings";
import { LANGUAGES, LANGUAGE_NAMES } from "../../words/languages";
import { deckWords, dialogWords, readingWords } from "../../words";

export function HelpAndSettings({ desk }: { desk: Desk }): JSX.Element {
  const { settings } = desk;
  return (
    <>
      <dl class="keys">
        {dialogWords.KEY_WORDS.map(([key, does]) => <div key={key}><dt>{key.split("  ").map((one) => <kbd key={one}>{one}</kbd>)}</dt><dd>{does}</dd></div>)}
      </dl>
      <p>{dialogWords.helpClicks}</p>
      <p><button onClick={() => desk.openDialog("language")}>{dialogWords.helpSyntax}</button></p>
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
