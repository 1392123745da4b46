/** Saved and recent searches. */
import type { JSX } from "preact";
import { ORDER_NAMES } from "../../posts/ranking";
import type { Desk } from "../../state/desk";
import { LIST_MAX } from "../../state/page/settings";
import { isolate } from "../../text/bidiIsolate";
import { CloseSign, StarSign } from "../icons";

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
        <StarSign /> {isSaved ? "This search is saved" : <>Save <bdi>{query}</bdi></>}
      </button></p>
      {full ? <p class="meta">{LIST_MAX} at most: remove one to save another.</p> : null}
      <h3>Saved</h3>
      {settings.saved.length ? (
        <ul class="searches">
          {settings.saved.map((one) => (
            <li key={one.query + one.order}>
              <button class="wide" onClick={() => run(one)}><bdi>{one.query}</bdi>{one.order === "latest" ? null : <span class="meta"> by {ORDER_NAMES[one.order].toLowerCase()}</span>}</button>
              <button class="plain round" aria-label={`Remove ${isolate(one.query)}`} onClick={() => desk.updateSettings({ saved: settings.saved.filter((other) => other !== one) })}><CloseSign /></button>
            </li>
          ))}
        </ul>
      ) : <p class="meta">None yet. They stay in this browser.</p>}
      <h3>Recent</h3>
      {settings.recent.length ? (
        <>
          <ul class="searches">
            {settings.recent.map((one) => <li key={one}><button class="wide" onClick={() => run({ query: one })}><bdi>{one}</bdi></button></li>)}
          </ul>
          <p><button onClick={() => desk.updateSettings({ recent: [] })}>Forget recent searches</button></p>
        </>
      ) : <p class="meta">None yet.</p>}
    </>
  );
}
