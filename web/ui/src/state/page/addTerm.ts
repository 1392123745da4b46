/** Adding a term: changes the search of a column by a term that a reader pressed, and offers undo while that search is shown. */
import { withTerm } from "../../query/editQuery";
import { deckWords } from "../../words";
import type { Column } from "../column";
import type { Desk } from "../desk";

/** Add a term to the search of a column, or exclude the term, and show that search. */
export function addTerm(desk: Desk, term: string, exclude: boolean, column: Column): void {
  const before = column.spec.query;
  const query = withTerm(before, term, exclude);
  if (query === before) return desk.showToast(deckWords.toastAlreadyInSearch(term));
  desk.navigate({ query }, column);
  const address = location.pathname + location.search;
  const undo = (): void => {
    if (location.pathname + location.search === address) history.back();
    else desk.navigate({ query: before }, column);
  };
  desk.showToast(exclude ? deckWords.toastExcluded(term) : deckWords.toastAdded(term), undo, column.run);
}
