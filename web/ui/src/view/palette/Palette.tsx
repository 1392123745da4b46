/**
 * Palette: a text field and the list of all that matches it: actions, columns, decks and searches (a combobox with a list, as the ARIA
 * authoring practices have it). Arrows choose, Enter or a press runs. This module is a chunk of its own.
 */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Desk } from "../../state/desk";
import { listDecks } from "../../state/deck/saved/deckList";
import type { DeckSummary } from "../../wire/deckApi";
import { actionWords } from "../../words";
import { KeySign } from "../actions/KeySign";
import { matchingItems, type PaletteItem } from "./paletteItems";

/** Steps of the arrows and page keys in the list. */
const STEPS: Partial<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

/** Return the decks that the server keeps; none until it answers. Without an answer the palette does all else: the decks dialog says why. */
function useStoredDecks(): readonly DeckSummary[] {
  const [decks, setDecks] = useState<readonly DeckSummary[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    void listDecks(abort.signal).then((found) => {
      if (Array.isArray(found)) setDecks(found);
    });
    return () => abort.abort();
  }, []);
  return decks;
}

export function Palette({ desk }: { desk: Desk }): JSX.Element {
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const decks = useStoredDecks();
  const found = matchingItems(desk, decks, typed);
  const at = Math.min(chosen, found.length - 1);
  useEffect(() => input.current?.focus(), []);
  useLayoutEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [at, typed]);

  /** Close the palette, give the focus back, and run the item then: it may set the focus itself. */
  function run(item: PaletteItem | undefined): void {
    if (!item) return;
    desk.openDialog(null);
    requestAnimationFrame(() => requestAnimationFrame(() => item.run()));
  }

  function onKeyDown(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (event.isComposing) return;
    if (event.key === "Enter") run(found[at]);
    else if (step !== undefined) setChosen(Math.abs(step) === 1 ? (at + step + found.length) % Math.max(1, found.length) : Math.min(found.length - 1, Math.max(0, at + step)));
    else return;
    event.preventDefault();
  }

  return (
    <div class="palette">
      <input ref={input} type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list" autocomplete="off" spellcheck={false}
        aria-label={actionWords.paletteLabel} placeholder={actionWords.palettePlaceholder} enterKeyHint="go" aria-activedescendant={found[at] ? `palette-${found[at].id}` : undefined}
        value={typed} onInput={(event) => { setTyped(event.currentTarget.value); setChosen(0); }} onKeyDown={onKeyDown} />
      <ul ref={list} id="palette-list" role="listbox" aria-label={actionWords.paletteList}>
        {found.map((item, index) => (
          <li key={item.id} id={`palette-${item.id}`} role="option" aria-selected={index === at} onClick={() => run(item)}>
            <span>{item.name}</span>{item.key && desk.settings.keys ? <KeySign of={item.key} /> : null}
          </li>
        ))}
      </ul>
      {found.length ? null : <p class="meta">{actionWords.paletteNone}</p>}
      <p class="hidden" role="status">{typed ? actionWords.paletteFound(found.length) : null}</p>
    </div>
  );
}
