/**
 * Keyboard: runs the page's actions (`actions/pageActions.ts`) by single keys, moves within and out of the list as the ARIA feed pattern
 * has it, opens the palette and closes the drawer. The reader can switch the single keys off; they do nothing while the focus is in a text
 * field or a dialog is open.
 */
import type { Desk } from "../../state/desk";
import { leaveList, movePost } from "../actions/columnFocus";
import { keyOfEvent, watchLayout } from "../actions/keyOfEvent";
import { actionOfKey } from "../actions/pageActions";

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/u.test(target.tagName));
}

/** Run the keys of the ARIA feed pattern; return whether the key was one of them and did something. */
function movesInList(event: KeyboardEvent, desk: Desk): boolean {
  const { key, ctrlKey, altKey, metaKey, shiftKey } = event;
  if (altKey || metaKey || shiftKey) return false;
  if (ctrlKey) return (key === "End" || key === "Home") && leaveList(key, desk);
  return (key === "PageDown" || key === "PageUp") && movePost(key === "PageDown" ? 1 : -1);
}

/** Whether a modifier is pressed that makes the key no single key. AltGr only chooses a character: Windows reports it as Ctrl and Alt. */
function withModifier(event: KeyboardEvent): boolean {
  return event.metaKey || (!event.getModifierState("AltGraph") && (event.ctrlKey || event.altKey));
}

export function listenForKeys(desk: Desk): () => void {
  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const { target } = event;
    const key = keyOfEvent(event);
    const within = (selector: string): boolean => target instanceof Element && target.closest(selector) !== null;
    if (event.key === "Escape" && desk.panel.drawer && !desk.dialog) return desk.panel.toggle();
    if (event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey && key === "k") {
      event.preventDefault();
      return desk.openDialog(desk.dialog === "palette" ? null : "palette");
    }
    if (within("#list") && !typing(target) && movesInList(event, desk)) return event.preventDefault();
    if (withModifier(event) || typing(target) || !desk.settings.keys || desk.dialog) return;
    // The space bar presses or scrolls the focused element.
    if (key === " " && within("button, a, summary, [tabindex]")) return;
    const action = actionOfKey(desk, key);
    if (!action) return;
    event.preventDefault();
    action.run(desk);
  }
  addEventListener("keydown", onKey);
  const stopWatching = watchLayout();
  return () => {
    stopWatching();
    removeEventListener("keydown", onKey);
  };
}
