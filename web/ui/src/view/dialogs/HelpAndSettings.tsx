/** Keys, and the settings of the whole page. */
import type { JSX } from "preact";
import type { Desk } from "../../state/desk";
import { Check, Choice } from "./FormControls";
import { THEMES } from "../../state/page/settings";
import { THEME_NAMES } from "../../words/deck";
import { helpWords, KEY_WORDS } from "../../words/dialogs";

export function HelpAndSettings({ desk }: { desk: Desk }): JSX.Element {
  const { settings } = desk;
  return (
    <>
      <dl class="keys">
        {KEY_WORDS.map(([key, does]) => <div key={key}><dt>{key.split("  ").map((one) => <kbd key={one}>{one}</kbd>)}</dt><dd>{does}</dd></div>)}
      </dl>
      <p>{helpWords.clicks}</p>
      <p><button onClick={() => desk.openDialog("language")}>{helpWords.syntax}</button></p>
      <Choice legend={helpWords.theme} value={settings.theme} change={(theme) => desk.updateSettings({ theme })}
        of={THEMES.map((one) => [one, THEME_NAMES[one]])} />
      <Choice legend={helpWords.density} value={settings.density} change={(density) => desk.updateSettings({ density })} of={[["compact", helpWords.compact], ["comfortable", helpWords.comfortable]]} />
      <Check label={helpWords.keys} on={settings.keys} change={(keys) => desk.updateSettings({ keys })} />
      <Check label={helpWords.announce} on={settings.announce} change={(announce) => desk.updateSettings({ announce })} />
      {desk.server.facts ? <p class="meta">{helpWords.version(desk.server.facts.version)}</p> : null}
    </>
  );
}
