/** Holds an error of one part of the page, so that the others go on. The part is drawn again when `of` changes, or the reader asks. */
import { Component, type ComponentChildren, type JSX } from "preact";
import * as deckWords from "../words/deck";

interface Props {
  /** What the part is called in the message: "The panel". */
  name: string;
  /** What the part shows: another value may be drawn where the former one could not. */
  of: unknown;
  children: ComponentChildren;
}

export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ failed: true });
  }

  override componentDidUpdate(before: Props): void {
    if (this.state.failed && before.of !== this.props.of) this.setState({ failed: false });
  }

  override render({ name, children }: Props): ComponentChildren {
    return this.state.failed ? <Failed name={name} again={() => this.setState({ failed: false })} /> : children;
  }
}

function Failed({ name, again }: { name: string; again: () => void }): JSX.Element {
  return <p class="failed warn" role="status">{deckWords.cannotBeShown(name)} <button onClick={again}>{deckWords.tryAgain}</button></p>;
}
