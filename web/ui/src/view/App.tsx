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
import { usePanelFocus } from "./panelfocus";
import { StatusBar } from "./StatusBar";
import { TopBar } from "./TopBar";

/** By focus and not by address: going to a place in the document would be a step of the history. */
function Skip({ to, children }: { to: "list" | "panel" | "views"; children: string }): JSX.Element {
  return (
    <a class={`skip to-${to}`} href={`#${to}`} onClick={(event) => {
      event.preventDefault();
      document.getElementById(to)?.focus();
    }}>{children}</a>
  );
}

export function App({ page, frame }: { page: Page; frame: number }): JSX.Element {
  const { settings } = page;
  useEffect(() => listen(page), [page]);
  useLayoutEffect(() => dress(settings), [settings]);
  const condition = conditionOf(page.known());
  const open = page.panel.open;
  usePanelFocus(page, open);
  return (
    <div class={`page ${open ? "with-panel" : ""} view-${page.panel.view}`}>
      <div class="behind" inert={page.panel.drawer}>
        <Skip to="list">Skip to the posts</Skip>
        {open ? <Skip to="panel">Skip to the insight panel</Skip> : <Skip to="views">Skip to the views</Skip>}
        <TopBar page={page} />
        <Notices page={page} />
        <StatusBar page={page} condition={condition} />
      </div>
      <main class="deck">
        <ColumnView page={page} column={page.column} frame={frame} condition={condition} />
        {open ? page.begun ? <Panel page={page} /> : <aside class="panel" id="panel" aria-label="Insight" tabIndex={-1} /> : null}
      </main>
      {page.panel.drawer ? <button class="shade" aria-label="Close the panel" onClick={() => page.panel.toggle()} /> : null}
      <nav class="tabbar" id="views" aria-label="Views" tabIndex={-1}>
        {(["posts", "insight"] as const).map((view) => (
          <button key={view} aria-current={page.panel.view === view ? "page" : undefined} onClick={() => page.panel.setView(view)}>
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
