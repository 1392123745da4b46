/** Tab title: the search of the selected column, and how many posts are unread in all columns, in the title of the browser's tab. */
import { columnsWords, readingWords, statusWords } from "../../words";
import type { ColumnSpec } from "../columnSpec";

export function showTabTitle(spec: ColumnSpec, unread: number): void {
  const title = statusWords.tabTitle(columnsWords.nameOf(spec), spec.query === "*" && !spec.title);
  document.title = unread ? readingWords.title(unread, title) : title;
}
