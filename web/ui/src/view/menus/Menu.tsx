/**
 * Menu, by the ARIA menu pattern: a list of items at a place in the window, which arrow keys, Home, End and first letters move through,
 * Enter and space choose from, and Escape, Tab and a press elsewhere close. It stays inside the window. It takes the focus; whoever opened
 * it gives the focus back (`Menus.tsx`).
 */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { MenuItem } from "../../state/menus/menuItems";
import type { MenuPlace } from "../../state/menus/menuState";

/** Space between a menu and the edge of the window, px. */
const EDGE = 8;

interface Props {
  label: string;
  items: readonly MenuItem[];
  place: MenuPlace;
  choose: (item: MenuItem) => void;
  /** Close the menu. `keep`: the focus goes on to where Tab or the press leads. */
  close: (keep: boolean) => void;
}

export function Menu({ label, items, place, choose, close }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const itemsIn = (): HTMLElement[] => [...box.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? []];

  useLayoutEffect(() => {
    const menu = box.current;
    if (!menu) return;
    const { width, height } = menu.getBoundingClientRect();
    const within = (at: number, size: number, room: number): number => Math.max(EDGE, Math.min(at, room - size - EDGE));
    menu.style.left = `${within(place.x, width, innerWidth)}px`;
    menu.style.top = `${within(place.y, height, innerHeight)}px`;
    itemsIn()[0]?.focus({ preventScroll: true });
  }, [place, label]);

  useLayoutEffect(() => {
    const onPress = (event: PointerEvent): void => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) close(true);
    };
    document.addEventListener("pointerdown", onPress, true);
    return () => document.removeEventListener("pointerdown", onPress, true);
  });

  function move(event: KeyboardEvent): void {
    const all = itemsIn();
    const at = all.findIndex((item) => item === document.activeElement);
    const to = nextItem(event.key, at, all.map((item) => item.textContent));
    if (event.key === "Escape") close(false);
    else if (event.key === "Tab") close(false);
    else if (to !== null) all[to]?.focus({ preventScroll: true });
    else if (event.key === " ") all[at]?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div class="menu" role="menu" aria-label={label} ref={box} onKeyDown={move} onContextMenu={(event) => event.preventDefault()}>
      {items.map((item) => {
        const shared = { role: "menuitem", tabIndex: -1, class: item.begins ? "begins" : "", ...(item.foreign ? { dir: "auto" as const } : {}) } as const;
        return item.href === undefined
          ? <button key={item.id} type="button" {...shared} onClick={() => choose(item)}>{item.label}</button>
          : <a key={item.id} {...shared} href={item.href} {...(item.outside ? { target: "_blank", rel: "noopener noreferrer nofollow" } : {})} onClick={() => choose(item)}>{item.label}</a>;
      })}
    </div>
  );
}

/** Return the index of the item that a key leads to, null if the key leads to none. `at`: the focused item, -1 for none. */
export function nextItem(key: string, at: number, labels: readonly (string | null)[]): number | null {
  const count = labels.length;
  if (!count) return null;
  switch (key) {
    case "ArrowDown":
      return (at + 1) % count;
    case "ArrowUp":
      return at < 0 ? count - 1 : (at + count - 1) % count;
    case "Home":
    case "PageUp":
      return 0;
    case "End":
    case "PageDown":
      return count - 1;
    default: {
      if ([...key].length !== 1 || key === " ") return null;
      const letter = key.toLocaleLowerCase();
      for (let step = 1; step <= count; step++) {
        const index = (Math.max(at, -1) + step + count) % count;
        if (labels[index]?.replace(/^[\u2066-\u2069"@#]+/u, "").toLocaleLowerCase().startsWith(letter)) return index;
      }
      return null;
    }
  }
}
