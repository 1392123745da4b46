/**
 * Page actions: the one table of what a reader can do with the page by name. Keys (`deck/keyboard.ts`), the palette, the column menu and the help read it, so
 * that an action has one name, one key and one effect. Names are in `words`.
 */
import type { Desk } from "../../state/desk";
import { THEMES } from "../../state/page/settings";
import { searchWithWall } from "../../state/page/wallMode";
import { type actionWords, columnWords } from "../../words";
import { addColumn, focusColumn, focusSearch, movePost, pressLive, showNewest } from "./columnFocus";

export type ActionName = keyof typeof actionWords.ACTION_NAMES;

export interface PageAction {
  name: ActionName;
  /** Single key, as its character on a Latin keyboard. */
  key?: string;
  /** Whether the action does something now; without it, always. */
  isAvailable?: (desk: Desk) => boolean;
  run: (desk: Desk) => void;
}

const hasSeveral = (desk: Desk): boolean => !desk.deck.isAlone;
const placeOfColumn = (desk: Desk): number => desk.deck.list.indexOf(desk.column);

/** Pause or resume the selected column, and say so: nothing that has the focus changes. */
function pause(desk: Desk): void {
  pressLive(desk);
  desk.announcer.say(columnWords.liveState(desk.column.run.state, 0));
}

export const PAGE_ACTIONS: readonly PageAction[] = [
  { name: "search", key: "/", run: focusSearch },
  { name: "newColumn", key: "n", run: addColumn },
  { name: "previousColumn", key: "[", isAvailable: hasSeveral, run: (desk) => focusColumn(desk.deck.selectBy(-1)) },
  { name: "nextColumn", key: "]", isAvailable: hasSeveral, run: (desk) => focusColumn(desk.deck.selectBy(1)) },
  { name: "nextPost", key: "j", run: () => movePost(1) },
  { name: "previousPost", key: "k", run: () => movePost(-1) },
  { name: "newest", key: ".", run: (desk) => showNewest(desk) },
  { name: "markRead", key: "m", run: (desk) => desk.reading.markRead(desk.column) },
  { name: "goBack", key: "b", isAvailable: (desk) => desk.reading.canGoBack(desk.column), run: (desk) => desk.reading.goBack(desk.column) },
  { name: "pause", key: " ", run: pause },
  { name: "panel", key: "i", run: (desk) => desk.panel.toggle(true) },
  { name: "saved", key: "s", run: (desk) => desk.openDialog("saved") },
  { name: "decks", run: (desk) => desk.openDialog("decks") },
  { name: "undo", key: "u", run: (desk) => desk.undo() },
  { name: "duplicateColumn", run: (desk) => desk.deck.duplicate(desk.column) },
  { name: "removeColumn", isAvailable: hasSeveral, run: (desk) => desk.deck.remove(desk.column) },
  { name: "moveColumnLeft", isAvailable: (desk) => placeOfColumn(desk) > 0, run: (desk) => desk.deck.moveBy(desk.column, -1) },
  { name: "moveColumnRight", isAvailable: (desk) => placeOfColumn(desk) < desk.deck.columns.length - 1, run: (desk) => desk.deck.moveBy(desk.column, 1) },
  { name: "collapseColumn", isAvailable: hasSeveral, run: (desk) => desk.deck.setCollapsed(desk.column, !desk.column.spec.collapsed) },
  { name: "columnMenu", run: (desk) => desk.openDialog("column") },
  { name: "theme", run: (desk) => desk.updateSettings({ theme: THEMES[(THEMES.indexOf(desk.settings.theme) + 1) % THEMES.length] ?? "system" }) },
  { name: "density", run: (desk) => desk.updateSettings({ density: desk.settings.density === "compact" ? "comfortable" : "compact" }) },
  { name: "announce", run: (desk) => desk.updateSettings({ announce: !desk.settings.announce }) },
  { name: "language", run: (desk) => desk.openDialog("language") },
  { name: "coverage", run: (desk) => desk.openDialog("coverage") },
  { name: "wall", run: () => location.assign(location.pathname + searchWithWall(location.search, true)) },
  { name: "help", key: "?", run: (desk) => desk.openDialog("help") },
];

/** Return the action of a single key; undefined where it has none, or where it can do nothing now. */
export function actionOfKey(desk: Desk, key: string): PageAction | undefined {
  return PAGE_ACTIONS.find((action) => action.key === key && (action.isAvailable?.(desk) ?? true));
}

/** Return the action of a name; undefined where it can do nothing now. */
export function actionNamed(desk: Desk, name: ActionName): PageAction | undefined {
  return PAGE_ACTIONS.find((action) => action.name === name && (action.isAvailable?.(desk) ?? true));
}
