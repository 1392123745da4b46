/**
 * Saved and recent searches: runs them, saves the current search with its order (up to a maximum), removes a saved search, and clears the
 * recent ones.
 */
import type { JSX } from "preact";
import type { Desk } from "../../state/desk";
import { LIST_MAX } from "../../state/page/settings";
import { CloseSign, StarSign } from "../icons";
import { dialogWords, savedDeckWords } from "../../words";

export function SavedSearches({ desk }: { desk: Desk }): JSX.Element {
  const { settings, column } = desk;
  const { query, order } = column.spec;
  const isSaved = settings.saved.some((one) => one.query === query && one.order === order);
  const full = !isSaved && settings.saved.length >= LIST_MAX;
  const run = (next: Partial<typeof column.spec>): void => {
    desk.openDialog(null);
    desk.navigate({ from: null, to: null, ...next });
  };
  return (
    <>
      <p><button disabled={isSaved || full} onClick={() => desk.updateSettings({ saved: [...settings.saved, { query, order }] })}>
        <StarSign /> {isSaved ? dialogWords.savedIsSaved : <>{dialogWords.savedSave} <bdi>{query}</bdi></>}
      </button> <button class="narrow-only" onClick={() => desk.openDialog("decks")}>{savedDeckWords.decks}…</button></p>
      {full ? <p class="meta">{dialogWords.savedFull(LIST_MAX)}</p> : null}
      <h3>{dialogWords.savedSaved}</h3>
      {settings.saved.length ? (
        <ul class="searches">
          {settings.saved.map((one) => (
            <li key={one.query + one.order}>
              <button class="wide" onClick={() => run(one)}><bdi>{one.query}</bdi>{one.order === "latest" ? null : <span class="meta">{dialogWords.savedByOrder(one.order)}</span>}</button>
              <button class="plain round" aria-label={dialogWords.savedRemove(one.query)} onClick={() => desk.updateSettings({ saved: settings.saved.filter((other) => other !== one) })}><CloseSign /></button>
            </li>
          ))}
        </ul>
      ) : <p class="meta">{dialogWords.savedNoneSaved}</p>}
      <h3>{dialogWords.savedRecent}</h3>
      {settings.recent.length ? (
        <>
          <ul class="searches">
            {settings.recent.map((one) => <li key={one}><button class="wide" onClick={() => run({ query: one })}><bdi>{one}</bdi></button></li>)}
          </ul>
          <p><button onClick={() => desk.updateSettings({ recent: [] })}>{dialogWords.savedForget}</button></p>
        </>
      ) : <p class="meta">{dialogWords.savedNoneRecent}</p>}
    </>
  );
}
