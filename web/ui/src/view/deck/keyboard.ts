/** Single keys, all listed under "?"; they can be switched off, and never fire while something is typed. */
import type { Desk } from "../../state/desk";

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/u.test(target.tagName));
}

/** Return the first post that begins in the window, or else the one that fills it: others are drawn above those that are seen. */
function firstSeen(posts: readonly HTMLElement[]): HTMLElement | undefined {
  const top = document.getElementById("list")?.getBoundingClientRect().top ?? 0;
  return posts.find((post) => post.getBoundingClientRect().top >= top - 1) ?? posts.findLast((post) => post.getBoundingClientRect().top < top);
}

/** Leave the list with the focus, as every feed is left: for what comes after it, or for what stands before it. */
function leaveList(key: string): boolean {
  const next = document.querySelector<HTMLElement>(key === "End" ? "#panel, #views" : ".orders [aria-pressed=true]");
  next?.focus();
  return next !== null && next === document.activeElement;
}

/** Move the focus by a number of posts; returns false where there is none. */
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
        // Where something has the focus, it is pressed or scrolled.
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

/** What the Live button does. A list that was paused goes on from its top: anywhere else it would move under the reader. `was`: its state when the button went down. */
export function pressLive(desk: Desk, was = desk.column.run.state): void {
  if (was === "paused") showNewest(desk);
  else desk.list.toggleLive();
}

/** Go to the top and let it run. */
export function showNewest(desk: Desk): void {
  if (document.activeElement instanceof HTMLElement && document.activeElement.closest("#list")) document.activeElement.blur();
  document.getElementById("list")?.scrollTo({ top: 0 });
  if (desk.column.run.isPast) desk.navigate({ from: null, to: null });
  else desk.list.resume();
}
