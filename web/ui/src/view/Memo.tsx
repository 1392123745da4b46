/**
 * Draws its child again only when one of the values it depends on changed.
 *
 * Not a remembered vnode: Preact leaves the parent of one as it was when it was made, so that several of them, renewed at
 * different times, hold a chain of every former tree of the page.
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

/** The same a frame later: what comes over the wire is drawn in turns with the list, so that no one frame has all the work. */
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
