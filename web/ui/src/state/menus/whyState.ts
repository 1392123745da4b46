/**
 * Why a post matches: asks the server which parts of a column's search a post has, and where in its text, for the dialog of that name. An
 * answer that comes after another question, or after the dialog was closed, is dropped.
 */
import { api, ApiError, type Explanation } from "../../wire/api";
import type { Post } from "../../wire/post";
import type { Column } from "../column";

export interface WhyQuestion {
  readonly post: Post;
  readonly query: string;
  readonly title: string;
}

export class WhyState {
  question: WhyQuestion | null = null;
  answer: Explanation | null = null;
  problem: string | null = null;
  private abort = new AbortController();

  constructor(
    private readonly show: () => void,
    private readonly hide: () => void,
    private readonly changed: () => void,
    private readonly titleOf: (column: Column) => string,
  ) {}

  /** Ask about a post and open the dialog. */
  open(column: Column, post: Post): void {
    this.abort.abort();
    this.abort = new AbortController();
    this.question = { post, query: column.spec.query, title: this.titleOf(column) };
    [this.answer, this.problem] = [null, null];
    this.show();
    void this.ask(this.question, this.abort.signal);
  }

  /** Close the question about a post that was deleted at its source. */
  onDeleted(ids: readonly string[]): void {
    if (!this.question || !ids.includes(this.question.post.id)) return;
    this.abort.abort();
    [this.question, this.answer, this.problem] = [null, null, null];
    this.hide();
  }

  private async ask({ post, query }: WhyQuestion, signal: AbortSignal): Promise<void> {
    try {
      this.answer = await api.why(query, post.id, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof ApiError)) return;
      this.problem = error.message;
    }
    if (!signal.aborted) this.changed();
  }
}
