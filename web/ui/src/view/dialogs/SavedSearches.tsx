/** Saved and recent searches. */
import type { JSX } from "preact";
import type { Desk } from "../../state/desk";
import { LIST_MAX } from "../../state/page/settings";
import { CloseSign, StarSign } from "../icons";
import { savedWords } from "../../words/dialogs";

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
        <StarSign /> {isSaved ? savedWords.isSaved : <>{savedWords.save} <bdi>{query}</bdi></>}
      </button></p>
      {full ? <p class="meta">{savedWords.full(LIST_MAX)}</p> : null}
      <h3>{savedWords.saved}</h3>
      {settings.saved.length ? (
        <ul class="searches">
          {settings.saved.map((one) => (
            <li key={one.query + one.order}>
              <button class="wide" onClick={() => run(one)}><bdi>{one.query}</bdi>{one.order === "latest" ? null : <span class="meta">{savedWords.byOrder(one.order)}</span>}</button>
              <button class="plain round" aria-label={savedWords.remove(one.query)} onClick={() => desk.updateSettings({ saved: settings.saved.filter((other) => other !== one) })}><CloseSign /></button>
            </li>
          ))}
        </ul>
      ) : <p class="meta">{savedWords.noneSaved}</p>}
      <h3>{savedWords.recent}</h3>
      {settings.recent.length ? (
        <>
          <ul class="searches">
            {settings.recent.map((one) => <li key={one}><button class="wide" onClick={() => run({ query: one })}><bdi>{one}</bdi></button></li>)}
          </ul>
          <p><button onClick={() => desk.updateSettings({ recent: [] })}>{savedWords.forget}</button></p>
        </>
      ) : <p class="meta">{savedWords.noneRecent}</p>}
    </>
  );
}
