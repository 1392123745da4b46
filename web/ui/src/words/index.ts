/**
 * Words: every text that a reader sees, in the reader's language. `languages.ts` chooses and loads the language and sets these tables;
 * nothing reads them before. Each use reads the present table, so keep no text in a constant of a module.
 */
import type { WordTables } from "./table";

export let actionWords: WordTables["actionWords"];
export let cardWords: WordTables["cardWords"];
export let changesWords: WordTables["changesWords"];
export let columnWords: WordTables["columnWords"];
export let columnsWords: WordTables["columnsWords"];
export let deckWords: WordTables["deckWords"];
export let dialogWords: WordTables["dialogWords"];
export let menuWords: WordTables["menuWords"];
export let panelWords: WordTables["panelWords"];
export let postWords: WordTables["postWords"];
export let problemWords: WordTables["problemWords"];
export let readingWords: WordTables["readingWords"];
export let savedDeckWords: WordTables["savedDeckWords"];
export let statusWords: WordTables["statusWords"];
export let wallWords: WordTables["wallWords"];

/** Show the words of a language from now on. */
export function setWords(tables: WordTables): void {
  ({ actionWords, cardWords, changesWords, columnWords, columnsWords, deckWords, dialogWords, menuWords, panelWords, postWords, problemWords, readingWords, savedDeckWords, statusWords, wallWords } = tables);
}
