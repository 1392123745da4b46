/**
 * Adding a term to the search of a column: shows the changed search and offers to undo that. The undo goes back in the browser's history, or
 * shows the former search if other steps followed.
 */
import { withTerm } from "../../query/editQuery";
import { deckWords } from "../../words";
import type { Column } from "../column";
import type { Route } from "../page/route";
import type { Run } from "../run";

/** Parts of the page that the addition uses; `Desk` has them. */
export interface SearchingPage {
  navigate(route: Partial<Route>, column: Column): void;
  showToast(text: string, undo?: (() => void) | null, owner?: Run | null): void;
}

export function addTermTo(column: Column, term: string, exclude: boolean, page: SearchingPage): void {
  const before = column.spec.query;
  const query = withTerm(before, term, exclude);
  if (query === before) return page.showToast(deckWords.toastAlreadyInSearch(term));
  page.navigate({ query }, column);
  const address = location.pathname + location.search;
  const undo = (): void => {
    if (location.pathname + location.search === address) history.back();
    else page.navigate({ query: before }, column);
  };
  page.showToast(exclude ? deckWords.toastExcluded(term) : deckWords.toastAdded(term), undo, column.run);
}
