/** Chunk of the page of one post (`/p/<id>`): makes its state and draws it. It loads nothing of the deck. */
import { render } from "preact";
import "./style/post.css";
import type { Settings } from "./state/page/settings";
import { PostPageState } from "./state/post/postPageState";
import { ErrorBoundary } from "./view/ErrorBoundary";
import { PostPage } from "./view/post/PostPage";
import { deckWords } from "./words";

export function showPost(id: string, settings: Settings): void {
  const root = document.getElementById("app") as HTMLElement;
  const draw = (): void => render(<ErrorBoundary name={deckWords.page} of={0}><PostPage state={state} /></ErrorBoundary>, root);
  const state = new PostPageState(id, settings, draw);
  draw();
  void state.load();
}
