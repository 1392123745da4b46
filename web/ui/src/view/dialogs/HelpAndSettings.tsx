/** Keys, and the settings of the whole page. */
import type { JSX } from "preact";
import type { Desk } from "../../state/desk";
import { Check, Choice } from "./FormControls";
import { KEYS } from "../deck/keyboard";

export function HelpAndSettings({ desk }: { desk: Desk }): JSX.Element {
  const { settings } = desk;
  return (
    <>
      <dl class="keys">
        {KEYS.map(([key, does]) => <div key={key}><dt>{key.split("  ").map((one) => <kbd key={one}>{one}</kbd>)}</dt><dd>{does}</dd></div>)}
      </dl>
      <p>A click on a word, tag, author, domain or bar adds it to the search once; with Alt it is excluded. Back undoes.</p>
      <p><button onClick={() => desk.openDialog("language")}>The search language</button></p>
      <Choice legend="Theme" value={settings.theme} change={(theme) => desk.updateSettings({ theme })}
        of={[["system", "as the system"], ["light", "light"], ["dark", "dark"], ["contrast", "high contrast"]]} />
      <Choice legend="Density" value={settings.density} change={(density) => desk.updateSettings({ density })} of={[["compact", "compact"], ["comfortable", "comfortable"]]} />
      <Check label="Single keys" on={settings.keys} change={(keys) => desk.updateSettings({ keys })} />
      <Check label="Tell screen readers of new posts, twice a minute at most" on={settings.announce} change={(announce) => desk.updateSettings({ announce })} />
      {desk.server.facts ? <p class="meta">Murmuration {desk.server.facts.version}</p> : null}
    </>
  );
}
