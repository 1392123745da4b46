/** The page's regions in reading order: search, notices, status (drawn at the foot), column, panel. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { conditionOf } from "../state/condition";
import type { Page } from "../state/page";
import { dress } from "../state/settings";
import { ColumnView } from "./Column";
import { Dialogs } from "./Dialogs";
import { listen } from "./keys";
import { Notices } from "./Notices";
import { Panel } from "./Panel";
import { StatusBar } from "./StatusBar";
import { TopBar } from "./TopBar";

export function App({ page, frame }: { page: Page; frame: number }): JSX.Element {
  const { settings } = page;
  useEffect(() => listen(page), [page]);
  useLayoutEffect(() => dress(settings), [settings]);
  const condition = conditionOf(page.known());
  const open = page.panelOpen;
  return (
    <div class={`page ${open ? "with-panel" : ""} view-${page.view}`}>
      <a class="skip" href="#list">Skip to the posts</a>
      <TopBar page={page} />
      <Notices page={page} />
      <StatusBar page={page} condition={condition} />
      <main class="deck">
        <ColumnView page={page} column={page.column} frame={frame} condition={condition} />
        {open ? page.begun ? <Panel page={page} /> : <aside class="panel" aria-label="Insight" /> : null}
      </main>
      {page.drawer ? <button class="shade" aria-label="Close the panel" onClick={() => page.togglePanel()} /> : null}
      <nav class="tabbar" aria-label="Views">
        {(["posts", "insight"] as const).map((view) => (
          <button key={view} aria-current={page.view === view ? "page" : undefined} onClick={() => page.setView(view)}>
            {view === "posts" ? "Posts" : "Insight"}
          </button>
        ))}
      </nav>
      <div class="toast-place" aria-live="off">
        {page.toast ? (
          <div class="toast">
            <span>{page.toast.text}</span>
            {page.toast.undo ? <button onClick={() => page.undo()}>Undo</button> : null}
          </div>
        ) : null}
      </div>
      <p class="spoken" role="status" aria-live="polite" id="spoken">{page.announcer.text}</p>
      <Dialogs page={page} />
    </div>
  );
}
