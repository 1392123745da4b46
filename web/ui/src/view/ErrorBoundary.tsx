/**
 * Error boundary: keeps an error of one part of the page from the other parts, logs the error, and shows a message with a button in place
 * of the part. The failed part is drawn again when `of` changes, or when the reader presses the button.
 */
import { Component, type ComponentChildren, type JSX } from "preact";
import { deckWords } from "../words";

interface Props {
  /** Name of the part in the message: "The panel". */
  name: string;
  /** Key of the contents: with another value the part is drawn again after a failure. */
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
