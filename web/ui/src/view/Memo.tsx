/**
 * Memo: component that draws its child again only when one of the values in `of` changed. `MemoNextFrame` does so one frame later, so that
 * one frame does not have to draw both the list and the panel.
 *
 * Do not `useMemo` a vnode instead. Preact never updates the parent pointer of a memoised vnode, so each one keeps a former tree of the
 * page alive: a leak.
 */
import { Component, type JSX } from "preact";

interface Props {
  of: readonly unknown[];
  children: () => JSX.Element;
}

export class Memo extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    return next.of.some((value, at) => value !== this.props.of[at]);
  }

  override render({ children }: Props): JSX.Element {
    return children();
  }
}

/** Memo that draws one frame later, so that one frame does not have to draw both the list and the panel. */
export class MemoNextFrame extends Memo {
  private frame = 0;

  override shouldComponentUpdate(next: Props): boolean {
    if (super.shouldComponentUpdate(next)) this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.forceUpdate();
    });
    return false;
  }

  override componentWillUnmount(): void {
    cancelAnimationFrame(this.frame);
  }
}
