/** Whether the insight panel is shown, and how: beside the list, as a drawer over it, or on a phone as a view of its own. */

/** From this width on it is a drawer, below it a view; from the other it stands beside the list. As in `narrow.css`. */
const DRAWER_PX = 700;
const BESIDE_PX = 1_024;

export type PanelView = "posts" | "insight";

export class PanelState {
  view: PanelView = "posts";
  drawer = false;
  /** It was opened to be gone to: it takes the focus when it is drawn. */
  takesFocus = false;

  constructor(
    /** What the reader has chosen where there is room for both. */
    private readonly beside: () => boolean,
    private readonly setBeside: (beside: boolean) => void,
    private readonly changed: () => void,
  ) {}

  get open(): boolean {
    if (innerWidth < DRAWER_PX) return this.view === "insight";
    return innerWidth < BESIDE_PX ? this.drawer : this.beside();
  }

  focusTaken(): void {
    this.takesFocus = false;
  }

  setView(view: PanelView): void {
    this.view = view;
    this.changed();
  }

  /** Open or close it. `go`: to go there, and not only to look. A drawer covers the rest, and is always gone to. */
  toggle(go = false): void {
    if (innerWidth < DRAWER_PX) this.view = this.view === "posts" ? "insight" : "posts";
    else if (innerWidth < BESIDE_PX) this.drawer = !this.drawer;
    else this.setBeside(!this.beside());
    this.takesFocus = this.open && (go || this.drawer);
    this.changed();
  }

  /** The window has another size: where there is no drawer, none is open. */
  onResize(): void {
    if (innerWidth < DRAWER_PX || innerWidth >= BESIDE_PX) this.drawer = false;
    this.changed();
  }
}
