/** The German words, by the part of the page that shows them, and the signs of units of time. */
export * as actionWords from "./actions";
export * as cardWords from "./card";
export * as changesWords from "./changes";
export * as columnWords from "./column";
export * as columnsWords from "./columns";
export * as deckWords from "./deck";
export * as dialogWords from "./dialogs";
export * as menuWords from "./menus";
export * as panelWords from "./panel";
export * as postWords from "./post";
export * as problemWords from "./problems";
export * as readingWords from "./reading";
export * as savedDeckWords from "./savedDecks";
export * as statusWords from "./status";
export * as wallWords from "./wall";

export const timeUnits = { second: "s", minute: "min", hour: "h", day: "T" };
