/** Single keys, all listed under "?"; they can be switched off, and never fire while something is typed. */
import type { Page } from "../state/page";

export const KEYS: [string, string][] = [
  ["/", "search"],
  ["j  k", "next, previous post"],
  [".", "newest"],
  ["space", "pause or resume (in the list: scroll)"],
  ["i", "insight panel"],
  ["s", "saved searches"],
  ["?", "this help"],
  ["Esc", "close what is open"],
];

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/u.test(target.tagName));
}

/** Move the focus by a number of posts; returns false where there is none. */
export function movePost(step: number): boolean {
  const posts = [...document.querySelectorAll<HTMLElement>("#list article")];
  if (!posts.length) return false;
  const at = posts.findIndex((post) => post.contains(document.activeElement));
  const next = posts[at < 0 ? 0 : Math.min(posts.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return true;
}

export function listen(page: Page): () => void {
  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "Escape") {
      if (page.drawer) page.togglePanel();
      return;
    }
    if (!page.settings.keys || page.dialog) return;
    const onControl = event.target instanceof HTMLElement && event.target.closest("button, a, summary, [role=tab]") !== null;
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
        newest(page);
        break;
      case " ":
        if (onControl || (event.target instanceof HTMLElement && event.target.closest("#list"))) return;
        page.toggleLive();
        break;
      case "i":
        page.togglePanel();
        break;
      case "s":
        page.open("saved");
        break;
      case "?":
        page.open("help");
        break;
      default:
        return;
    }
    event.preventDefault();
  }
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

/** Go to the top and let it run. */
export function newest(page: Page): void {
  if (document.activeElement instanceof HTMLElement && document.activeElement.closest("#list")) document.activeElement.blur();
  document.getElementById("list")?.scrollTo({ top: 0 });
  if (page.column.past) page.go({ from: null, to: null });
  else page.resume();
}
