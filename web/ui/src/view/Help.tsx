/** Keys, and the settings of the whole page. */
import type { JSX } from "preact";
import type { Page } from "../state/page";
import { Check, Choice } from "./Choice";
import { KEYS } from "./keys";

export function Help({ page }: { page: Page }): JSX.Element {
  const { settings } = page;
  return (
    <>
      <dl class="keys">
        {KEYS.map(([key, does]) => <div key={key}><dt>{key.split("  ").map((one) => <kbd key={one}>{one}</kbd>)}</dt><dd>{does}</dd></div>)}
      </dl>
      <p>A click on a word, tag, author, domain or bar adds it to the search once; with Alt it is excluded. Back undoes.</p>
      <p><button onClick={() => page.open("language")}>The search language</button></p>
      <Choice legend="Theme" value={settings.theme} change={(theme) => page.set({ theme })}
        of={[["system", "as the system"], ["light", "light"], ["dark", "dark"], ["contrast", "high contrast"]]} />
      <Choice legend="Density" value={settings.density} change={(density) => page.set({ density })} of={[["compact", "compact"], ["comfortable", "comfortable"]]} />
      <Check label="Single keys" on={settings.keys} change={(keys) => page.set({ keys })} />
      <Check label="Tell screen readers of new posts, twice a minute at most" on={settings.announce} change={(announce) => page.set({ announce })} />
      {page.server.facts ? <p class="meta">Murmuration {page.server.facts.version}</p> : null}
    </>
  );
}
