/**
 * Layout of the whole page, in reading order: skip links, search, notices, status bar (drawn at the foot), columns, insight panel, view tabs
 * of a phone, toast, live region for screen readers, dialogs. It computes the status, applies the theme, starts the keyboard shortcuts and
 * the focus handling, and keeps an error of the panel or a dialog to that part.
 */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { statusOf } from "../../state/page/status";
import type { Desk } from "../../state/desk";
import { PANEL_VIEWS } from "../../state/page/panelState";
import { applyTheme } from "../../state/page/settings";
import { ErrorBoundary } from "../ErrorBoundary";
import { Dialogs } from "../dialogs/Dialogs";
import { ColumnsView } from "./ColumnsView";
import { DeckBar } from "./DeckBar";
import { followChosenLanguage } from "./chosenLanguage";
import { DeckView } from "./DeckView";
import { useFocusFallback } from "./focusFallback";
import { listenForKeys } from "./keyboard";
import { listenForMenus } from "../menus/menuEvents";
import { Menus } from "../menus/Menus";
import { Notices } from "./Notices";
import { InsightPanel } from "../panel/InsightPanel";
import { usePanelFocus } from "../panel/panelFocus";
import { StatusBar } from "./StatusBar";
import { ToastView } from "./ToastView";
import { TopBar } from "./TopBar";
import { deckWords } from "../../words";
import { statusInputsOf } from "../../state/page/statusInputs";

/** Skip link. Sets the focus instead of following its address, which would add a step to the browser's history. */
function Skip({ to, children }: { to: "list" | "panel" | "views"; children: string }): JSX.Element {
  return (
    <a class={`skip to-${to}`} href={`#${to}`} onClick={(event) => {
      event.preventDefault();
      document.getElementById(to)?.focus();
    }}>{children}</a>
  );
}

export function App({ desk, frame }: { desk: Desk; frame: number }): JSX.Element {
  const { settings } = desk;
  useEffect(() => listenForKeys(desk), [desk]);
  useEffect(() => listenForMenus(desk), [desk]);
  useLayoutEffect(() => applyTheme(settings), [settings]);
  useEffect(() => followChosenLanguage(desk), [desk, settings.language]);
  const status = statusOf(statusInputsOf(desk));
  const open = desk.panel.open;
  usePanelFocus(desk, open);
  useFocusFallback();
  return (
    <div class={`page ${open ? "with-panel" : ""} view-${desk.panel.view}`}>
      <div class="behind" inert={desk.panel.drawer}>
        <Skip to="list">{deckWords.skipToPosts}</Skip>
        {open ? <Skip to="panel">{deckWords.skipToPanel}</Skip> : <Skip to="views">{deckWords.skipToViews}</Skip>}
        <TopBar desk={desk} />
        <DeckBar desk={desk} />
        <Notices desk={desk} />
        <StatusBar desk={desk} status={status} />
      </div>
      <main class="deck">
        <DeckView desk={desk} frame={frame} />
        {desk.panel.showsColumns ? <ColumnsView desk={desk} frame={frame} /> : null}
        {open ? (
          <aside class="panel" id="panel" aria-label={deckWords.insight} tabIndex={-1} data-home="#panel">
            {desk.polling.started ? <ErrorBoundary name={deckWords.panel} of={`${desk.column.id} ${desk.column.runCount} ${desk.insight.tab}`}><InsightPanel desk={desk} /></ErrorBoundary> : null}
          </aside>
        ) : null}
        <Menus desk={desk} />
      </main>
      {desk.panel.drawer ? <button class="shade" aria-label={deckWords.closePanel} onClick={() => desk.panel.toggle()} /> : null}
      <nav class="tabbar" id="views" aria-label={deckWords.views} tabIndex={-1}>
        {PANEL_VIEWS.map((view) => (
          <button key={view} aria-current={desk.panel.view === view ? "page" : undefined} onClick={() => desk.panel.setView(view)}>
            {deckWords.VIEW_NAMES[view]}
          </button>
        ))}
      </nav>
      <ToastView desk={desk} />
      <p class="spoken" role="status" aria-live="polite" id="spoken">{desk.announcer.text}</p>
      <p class="spoken" role="status" aria-live="polite" id="spoken-act">{desk.announcer.act}</p>
      <ErrorBoundary name={deckWords.dialog} of={desk.dialog}><Dialogs desk={desk} /></ErrorBoundary>
    </div>
  );
}
