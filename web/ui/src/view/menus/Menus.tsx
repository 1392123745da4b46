/**
 * Open menu of the page: draws the menu that the desk names, does what an item says (also copying and links), and gives the focus back to
 * the post or word that the menu was opened from, or to what took its place.
 */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { menuItems, menuLabel, type MenuItem } from "../../state/menus/menuItems";
import { rememberDeck } from "../../state/post/postAddress";
import type { Desk } from "../../state/desk";
import { copyText } from "../deck/clipboard";
import { menuWords } from "../../words";
import { Menu } from "./Menu";

export function Menus({ desk }: { desk: Desk }): JSX.Element | null {
  const { current, place } = desk.posts.menus;
  const opener = useRef<Element | null>(null);
  // Read before the menu takes the focus. A menu opened from a menu returns to what opened the first.
  if (current && !opener.current) opener.current = document.activeElement;
  useLayoutEffect(() => {
    if (current) return;
    const before = opener.current;
    opener.current = null;
    if (document.activeElement === document.body && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  }, [current]);
  if (!current) return null;
  return (
    <Menu key={menuLabel(current)} label={menuLabel(current)} items={menuItems(desk, current)} place={place}
      close={() => desk.posts.menus.close()}
      choose={(item) => choose(desk, item)} />
  );
}

function choose(desk: Desk, item: MenuItem): void {
  const before = desk.posts.menus.current;
  if (item.href !== undefined && !item.outside) rememberDeck(location.pathname + location.search);
  item.run?.();
  if (item.copies !== undefined) void copyText(item.copies).then((done) => desk.showToast(done ? menuWords.toastCopied : menuWords.toastNotCopied));
  if (desk.posts.menus.current === before) desk.posts.menus.close();
}
