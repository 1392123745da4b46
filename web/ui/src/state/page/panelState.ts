/**
 * Panel state: whether the insight panel is open, and whether it takes the focus when it opens. By the width of the window it is beside the
 * columns (a stored setting), a drawer over them, or a view of its own; a change of the width closes the drawer.
 */

/** Width from which the panel is a drawer; below it the panel is a view. As in `narrow.css`. */
const DRAWER_MIN_WIDTH_PX = 700;
/** Width from which the panel is beside the list. As in `narrow.css`. */
const BESIDE_MIN_WIDTH_PX = 1_024;

/** Pixels of a column, of a collapsed one, and of the panel, each with the space beside. As in `column.css` and `narrow.css`. */
const [COLUMN_PX, STRIP_PX, PANEL_PX] = [372, 60, 512];

/** Return whether all columns and the panel stand side by side in a window of a width in pixels. */
export function hasRoomForPanel(columns: readonly { readonly spec: { readonly collapsed: boolean } }[], width: number): boolean {
  return columns.reduce((sum, { spec }) => sum + (spec.collapsed ? STRIP_PX : COLUMN_PX), PANEL_PX) <= width;
}

/** Views of a phone, one at a time. */
export const PANEL_VIEWS = ["posts", "insight", "columns"] as const;
export type PanelView = (typeof PANEL_VIEWS)[number];

export class PanelState {
  view: PanelView = "posts";
  /** Whether the drawer is open. */
  drawer = false;
  /** Whether the panel takes the focus at its next render. */
  takesFocus = false;

  constructor(
    /** Setting of the reader: whether the panel is open beside the list. */
    private readonly beside: () => boolean,
    private readonly setBeside: (beside: boolean) => void,
    private readonly changed: () => void,
  ) {}

  /** Whether the panel is visible at the current width. */
  get open(): boolean {
    if (innerWidth < DRAWER_MIN_WIDTH_PX) return this.view === "insight";
    return innerWidth < BESIDE_MIN_WIDTH_PX ? this.drawer : this.beside();
  }

  /** Whether the list of columns is visible: a view of phones. */
  get showsColumns(): boolean {
    return innerWidth < DRAWER_MIN_WIDTH_PX && this.view === "columns";
  }

  focusTaken(): void {
    this.takesFocus = false;
  }

  setView(view: PanelView): void {
    this.view = view;
    this.changed();
  }

  /** Open or close the panel. With `focus` an opened panel takes the focus; a drawer takes the focus always, because it covers the list. */
  toggle(focus = false): void {
    if (innerWidth < DRAWER_MIN_WIDTH_PX) this.view = this.view === "insight" ? "posts" : "insight";
    else if (innerWidth < BESIDE_MIN_WIDTH_PX) this.drawer = !this.drawer;
    else this.setBeside(!this.beside());
    this.takesFocus = this.open && (focus || this.drawer);
    this.changed();
  }

  /** Handle a new size of the window: the drawer closes at widths without a drawer. */
  onResize(): void {
    if (innerWidth < DRAWER_MIN_WIDTH_PX || innerWidth >= BESIDE_MIN_WIDTH_PX) this.drawer = false;
    this.changed();
  }
}
