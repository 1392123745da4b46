/**
 * Keyboard shortcuts: single keys (listed in the help dialog) that search, move from post to post, pause, undo and open parts of the page,
 * and the keys that leave the list or close the drawer. The reader can switch the single keys off; they do nothing while the focus is in a
 * text field or a dialog is open. The actions "press Live" and "show the newest posts" serve buttons as well.
 */
import type { Desk } from "../../state/desk";

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/u.test(target.tagName));
}

/** Return the first post whose top edge is in the viewport, or else the post that fills it. Posts above the viewport are drawn too. */
function firstSeen(posts: readonly HTMLElement[]): HTMLElement | undefined {
  const top = document.getElementById("list")?.getBoundingClientRect().top ?? 0;
  return posts.find((post) => post.getBoundingClientRect().top >= top - 1) ?? posts.findLast((post) => post.getBoundingClientRect().top < top);
}

/** Move the focus out of the list, as the ARIA feed pattern has it: Ctrl+End to the panel after the list, Ctrl+Home to the orders before it. */
function leaveList(key: string): boolean {
  const next = document.querySelector<HTMLElement>(key === "End" ? "#panel, #views" : ".orders [aria-pressed=true]");
  next?.focus();
  return next !== null && next === document.activeElement;
}

/** Move the focus by a number of posts; return false where the list is empty. */
export function movePost(step: number): boolean {
  const posts = [...document.querySelectorAll<HTMLElement>("#list article")];
  if (!posts.length) return false;
  const at = posts.findIndex((post) => post.contains(document.activeElement));
  const next = at < 0 ? firstSeen(posts) : posts[Math.min(posts.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return true;
}

export function listenForKeys(desk: Desk): () => void {
  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented) return;
    const { target } = event;
    const within = (selector: string): boolean => target instanceof Element && target.closest(selector) !== null;
    if (event.key === "Escape" && desk.panel.drawer && !desk.dialog) return desk.panel.toggle();
    if (event.ctrlKey && (event.key === "End" || event.key === "Home") && within("#list") && leaveList(event.key)) event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey || typing(target) || !desk.settings.keys || desk.dialog) return;
    switch (event.key) {
      case "/":
        document.getElementById("search")?.focus();
        break;
      case "j":
        movePost(1);
        break;
      case "k":
        movePost(-1);
        break;
      case ".":
        showNewest(desk);
        break;
      case " ":
        // The space bar presses or scrolls the focused element.
        if (within("button, a, summary, [tabindex]")) return;
        pressLive(desk);
        break;
      case "i":
        desk.panel.toggle(true);
        break;
      case "s":
        desk.openDialog("saved");
        break;
      case "u":
        desk.undo();
        break;
      case "?":
        desk.openDialog("help");
        break;
      default:
        return;
    }
    event.preventDefault();
  }
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

/**
 * Pause or resume the list: the action of the Live button. A paused list resumes at its top, because elsewhere it would move under the
 * reader. `was`: the state when the button was pressed down.
 */
export function pressLive(desk: Desk, was = desk.column.run.state): void {
  if (was === "paused") showNewest(desk);
  else desk.list.toggleLive();
}

/** Scroll to the top of the list and resume it; leave a chosen time. */
export function showNewest(desk: Desk): void {
  if (document.activeElement instanceof HTMLElement && document.activeElement.closest("#list")) document.activeElement.blur();
  document.getElementById("list")?.scrollTo({ top: 0 });
  if (desk.column.run.isPast) desk.navigate({ from: null, to: null });
  else desk.list.resume();
}
